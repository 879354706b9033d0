import { describe, expect, it } from "vitest";
import { createSipClient, type SipClient } from "./sip-client.ts";
import { oneOf, type SipText, tagOf } from "./sip-text.ts";
import { startNode, type TestNode } from "./test-node.ts";

const DOMAIN = "open.example";
const BOB = `sip:bob@${DOMAIN}`;

async function enter(node: TestNode, user: string, known: Partial<SipClient["identity"]> = {}) {
  const client = await createSipClient(node.url, { user, domain: DOMAIN, ...known });
  expect((await client.register()).status).toBe(200);
  return client;
}

async function start() {
  const node = await startNode({ open: true });
  const [alice, bob] = [await enter(node, "alice"), await enter(node, "bob")];
  return { node, alice, bob, comeBack: () => enter(node, "bob", bob.identity) };
}

async function quiet(client: SipClient): Promise<readonly string[]> {
  return (await client.settle()).map(({ start }) => start);
}

/** The old connection says nothing any more, and is not closed: so it is for a minute with an address that is gone. */
describe("a device that comes back by another connection while its old one is half open", () => {
  it("what waits for it inside a dialog is answered at once, and the next request finds it", async () => {
    const { alice, bob, comeBack } = await start();
    const invite = alice.send("INVITE", BOB);
    bob.respond(await bob.request("INVITE"), 200);
    const dialog = alice.confirm(invite, await alice.response(invite, 200));
    await bob.request("ACK");
    const [swallowed, told] = [alice.inDialog("INVITE", dialog), alice.inDialog("INFO", dialog)];
    await Promise.all([bob.request("INVITE"), bob.request("INFO")]);
    const back = await comeBack();
    await Promise.all([alice.response(swallowed, 480), alice.response(told, 480)]);
    expect(await quiet(back)).toEqual([]);
    const next = alice.inDialog("INVITE", dialog);
    back.respond(await back.request("INVITE"), 200);
    await alice.response(next, 200);
  });

  it("a call that the old connection has swallowed rings by the new one, and is answered there", async () => {
    const { alice, bob, comeBack } = await start();
    const invite = alice.send("INVITE", BOB);
    const swallowed = await bob.request("INVITE");
    const back = await comeBack();
    const ringing = await back.request("INVITE");
    // The old one's word counts no more.
    bob.respond(swallowed, 486);
    await bob.settle();
    back.respond(ringing, 180);
    await alice.response(invite, 180);
    back.respond(ringing, 200);
    alice.confirm(invite, await alice.response(invite, 200));
    await back.request("ACK");
  });

  it("a call that rang by the old one has ended: the caller is told, and the device, should it hear", async () => {
    const { alice, bob, comeBack } = await start();
    const invite = alice.send("INVITE", BOB);
    const ringing = await bob.request("INVITE");
    bob.respond(ringing, 180);
    await alice.response(invite, 180);
    const back = await comeBack();
    await alice.response(invite, 480);
    const cancel = await bob.request("CANCEL");
    expect(oneOf(cancel, "Call-ID")).toBe(oneOf(ringing, "Call-ID"));
    expect(await quiet(back)).toEqual([]);
  });

  it("a device of the same user that stays where it is notices nothing", async () => {
    const { node, alice, bob, comeBack } = await start();
    const other = await enter(node, "bob");
    const invite = alice.send("INVITE", BOB);
    const ringing: SipText = await other.request("INVITE");
    other.respond(ringing, 180);
    await alice.response(invite, 180);
    bob.respond(await bob.request("INVITE"), 180);
    const back = await comeBack();
    other.respond(ringing, 200);
    const ok = await alice.response(invite, 200);
    expect(tagOf(oneOf(ok, "To"))).not.toBe("");
    expect(await quiet(back)).toEqual([]);
  });

  it("who registers again by the same connection loses nothing", async () => {
    const { alice, bob } = await start();
    const invite = alice.send("INVITE", BOB);
    const ringing = await bob.request("INVITE");
    expect((await bob.register()).status).toBe(200);
    bob.respond(ringing, 486);
    await alice.response(invite, 486);
  });
});
