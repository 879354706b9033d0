import { describe, expect, it } from "vitest";
import { createResponse } from "../../protocol/sip/create-response.ts";
import type { SipMessage, SipRequest, SipResponse } from "../../protocol/sip/message.ts";
import { parseMessage } from "../../protocol/sip/parse-message.ts";
import { createClock } from "../base/clock.ts";
import { createFakeTime } from "../base/fake-clock.suite.ts";
import { createRandom } from "../base/random.ts";
import { Transactions } from "./transactions.ts";

function request(method: string, branch: string, over: { callId?: string; body?: string } = {}): SipRequest {
  const message = parseMessage(
    [
      `${method} sip:me@node.example SIP/2.0`,
      `Via: SIP/2.0/WS them.invalid;branch=z9hG4bK${branch}`,
      "From: <sip:them@node.example>;tag=a",
      "To: <sip:me@node.example>",
      `Call-ID: ${over.callId ?? "call"}`,
      `CSeq: 1 ${method}`,
      "Reason: SIP;cause=200",
      "",
      "",
    ].join("\r\n"),
  );
  if (message.kind !== "request") throw new Error("a request");
  return message;
}

function createRig() {
  const time = createFakeTime();
  const sent: SipMessage[] = [];
  const heard: string[] = [];
  const wire = { isUp: true };
  const transactions = new Transactions({
    clock: createClock(time),
    random: createRandom(),
    via: "SIP/2.0/WS me.invalid",
    user: {
      request: ({ method }) => heard.push(`request ${method}`),
      cancelled: (_, reasons) => heard.push(`cancelled ${reasons.map(({ value }) => value).join()}`),
      lost: ({ method }) => heard.push(`lost ${method}`),
    },
    send: message => wire.isUp && sent.push(message) > 0,
  });
  const statuses = () => sent.flatMap(it => (it.kind === "response" ? [it.status] : []));
  const open = (method: string) =>
    transactions.open(
      { ...request(method, "x"), headers: request(method, "x").headers.filter(({ key }) => key !== "via") },
      {
        response: ({ status }: SipResponse) => heard.push(`response ${status}`),
        fail: why => heard.push(`fail ${why}`),
      },
    );
  return { time, sent, heard, wire, transactions, statuses, open };
}

describe("transactions", () => {
  it("deliver a request once, however often it comes, and repeat the answer", () => {
    const { transactions, heard, statuses } = createRig();
    const invite = request("INVITE", "1");
    transactions.receive(invite);
    transactions.receive(invite);
    transactions.respond(invite, createResponse(invite, 180, { toTag: "b" }));
    transactions.receive(invite);
    expect(heard).toEqual(["request INVITE"]);
    expect(statuses()).toEqual([180, 180]);
  });

  it("say 100 when nobody has answered for a while", () => {
    const { transactions, time, statuses } = createRig();
    transactions.receive(request("INVITE", "1"));
    time.advance(250);
    expect(statuses()).toEqual([100]);
  });

  it("refuse what came on two ways, and a CANCEL of nothing", () => {
    const { transactions, heard, statuses } = createRig();
    transactions.receive(request("INVITE", "1"));
    transactions.receive(request("INVITE", "2"));
    transactions.receive(request("CANCEL", "3"));
    expect(heard).toEqual(["request INVITE"]);
    expect(statuses()).toEqual([482, 481]);
  });

  it("answer a CANCEL, and tell its reason", () => {
    const { transactions, heard, statuses } = createRig();
    transactions.receive(request("INVITE", "1"));
    transactions.receive(request("CANCEL", "1"));
    expect(statuses()).toEqual([200]);
    expect(heard).toEqual(["request INVITE", "cancelled SIP;cause=200"]);
  });

  it("bound what others can open", () => {
    const { transactions, statuses } = createRig();
    for (let count = 0; count < 600; count += 1) {
      transactions.receive(request("INVITE", String(count), { callId: `call-${count}` }));
    }
    expect(transactions.size).toBe(500);
    expect(statuses()).toEqual(Array.from({ length: 100 }, () => 503));
  });

  it("fail at once without a connection, and after 64 T1 without an answer", () => {
    const { open, heard, wire, time, transactions } = createRig();
    open("INFO");
    time.advance(32_000);
    expect(heard).toEqual(["fail timeout"]);
    wire.isUp = false;
    open("INVITE");
    expect(heard).toEqual(["fail timeout", "fail transport-error"]);
    expect(transactions.size).toBe(0);
  });

  it("end with their connection: ours fail, theirs are told as lost where unanswered, and no timer stays", () => {
    const { open, heard, transactions, time } = createRig();
    const [one, two] = [request("INVITE", "1"), request("INFO", "2", { callId: "other" })];
    transactions.receive(one);
    transactions.receive(two);
    transactions.respond(two, createResponse(two, 200));
    open("BYE");
    transactions.lose();
    expect(heard.slice(2)).toEqual(["fail transport-error", "lost INVITE"]);
    expect(transactions.size).toBe(0);
    expect(time.waiting).toBe(0);
  });
});
