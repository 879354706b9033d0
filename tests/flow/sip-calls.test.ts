import { describe, expect, it } from "vitest";
import { type ClientOptions, createSipClient } from "./sip-client.ts";
import { allOf, oneOf } from "./sip-text.ts";
import { startNode, type TestNode } from "./test-node.ts";

const SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n";

async function enter(node: TestNode, user: string, options: Partial<ClientOptions> = {}) {
  const client = await createSipClient(node.url, { user, domain: "open.example", ...options });
  expect((await client.register()).status).toBe(200);
  return client;
}

describe("two clients of an open node", () => {
  it("call, ring, answer, hang up", async () => {
    const node = await startNode({ open: true });
    const [alice, bob] = [await enter(node, "alice"), await enter(node, "bob")];
    const invite = alice.send("INVITE", "sip:bob@open.example", { body: SDP });
    await alice.response(invite, 100);
    const ringing = await bob.request("INVITE");
    expect(ringing.body).toBe(SDP);
    expect(allOf(ringing, "Via")).toHaveLength(2);
    expect(oneOf(ringing, "Max-Forwards")).toBe("69");
    bob.respond(ringing, 180);
    await alice.response(invite, 180);
    bob.respond(ringing, 200, { body: SDP });
    const ok = await alice.response(invite, 200);
    expect(allOf(ok, "Via")).toHaveLength(1);
    const dialog = alice.confirm(invite, ok);
    await bob.request("ACK");
    const bye = alice.inDialog("BYE", dialog);
    bob.respond(await bob.request("BYE"), 200);
    await alice.response(bye, 200);
    expect(await alice.settle()).toEqual([]);
    expect(await bob.settle()).toEqual([]);
  });
});
