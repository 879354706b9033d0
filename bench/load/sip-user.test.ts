import { describe, expect, it } from "vitest";
import type { Client } from "./client.ts";
import {
  headerOf,
  headersOf,
  readMessage,
  toContact,
  toContactUri,
  toInDialog,
  toInvite,
  toRegister,
  toResponse,
} from "./sip-user.ts";

const toUser = (index: number): Client => ({
  index,
  id: "3f0a7a0e-8d1c-4d3f-9a53-0d2e6d1f7c11",
  token: `3f0a7a0e-${index}a`,
  localAddress: "127.1.0.1",
  socket: undefined,
  rest: undefined,
  upgraded: false,
  open: true,
  reason: "",
});

const call = { callId: "b1946ac9-2d3f", caller: toUser(1), callee: toUser(2), domain: "bench.example" };
const invite = toInvite(call, toContact(call.caller));
const routes = ["<sip:a.example;lr>", "<sip:b.example;lr>"];
/** What a proxy makes of the INVITE on its way: its Via above, its Record-Route. */
const proxied = readMessage(
  invite.replace(
    "\r\n",
    `\r\nRecord-Route: ${routes.join(", ")}\r\nVia: SIP/2.0/WS proxy;branch=z9hG4bKp\r\n`,
  ),
);

describe("what the load's users say", () => {
  it("states the length of its body", () => {
    for (const text of [
      invite,
      toRegister(call.caller, call.domain, 1),
      toResponse(proxied, "200 OK", "sip:x@y"),
    ]) {
      const [head = "", body] = text.split("\r\n\r\n");
      expect(headerOf(readMessage(text), "Content-Length"), head).toBe(String(body?.length));
    }
    expect(invite.length).toBeGreaterThan(1050);
    expect(invite.length).toBeLessThan(1250);
  });

  it("answers with the Vias, Record-Routes, From, Call-ID and CSeq of the request (RFC 3261 §8.2.6.2, §12.1.1)", () => {
    const answer = readMessage(toResponse(proxied, "200 OK", toContact(call.callee)));
    expect(answer.status).toBe(200);
    for (const name of ["Via", "Record-Route", "From", "Call-ID", "CSeq"]) {
      expect(headersOf(answer, name), name).toEqual(headersOf(proxied, name));
    }
    expect(headersOf(answer, "Via")).toHaveLength(2);
    expect(headerOf(answer, "To")).toMatch(/^<sip:u2@bench\.example>;tag=/);
  });

  it("sends ACK and BYE to the Contact by the routes in reverse (RFC 3261 §12.1.2)", () => {
    const answer = readMessage(toResponse(proxied, "200 OK", toContact(call.callee)));
    for (const method of ["ACK", "BYE"] as const) {
      const text = toInDialog(method, call, answer);
      const request = readMessage(text);
      expect(text.split(" ", 2)).toEqual([method, toContact(call.callee)]);
      expect(headersOf(request, "Route")).toEqual([...routes].reverse());
      expect(headerOf(request, "To")).toBe(headerOf(answer, "To"));
      expect(headerOf(request, "CSeq")).toBe(method === "ACK" ? "4373 ACK" : "4374 BYE");
    }
    expect(headerOf(readMessage(toInDialog("ACK", call, answer)), "Via")).not.toBe(
      headerOf(readMessage(toInDialog("BYE", call, answer)), "Via"),
    );
  });

  it("reads requests and responses", () => {
    expect(readMessage(invite)).toMatchObject({ method: "INVITE", status: 0 });
    expect(readMessage("SIP/2.0 180 Ringing\r\nTo: <sip:x>\r\n\r\n")).toMatchObject({
      method: "",
      status: 180,
    });
    expect(toContactUri("<sip:x@y;transport=ws>;expires=60")).toBe("sip:x@y;transport=ws");
  });
});
