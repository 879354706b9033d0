import { describe, expect, it } from "vitest";
import type { CallEntry } from "../../background/phone/ports.ts";
import { sentenceOf } from "../../protocol/call/end-sentence.ts";
import { startNode, type TestNode } from "./test-node.ts";
import { createPair, createTestPhone, domain, type TestPhone, talk } from "./test-phone.ts";

const say = ({ reason, direction }: CallEntry) => sentenceOf(reason, direction);
const restart = (node: TestNode) => startNode({ domain, port: node.port });

async function start() {
  const node = await startNode({ domain });
  return { node, ...(await createPair([node.url])) };
}

/** The node ends, and both phones have noticed. */
async function fall(node: TestNode, ...phones: readonly TestPhone[]) {
  await node.close();
  await Promise.all(phones.map(phone => phone.lineIs("down")));
}

const back = (...phones: readonly TestPhone[]) => Promise.all(phones.map(phone => phone.lineIs("up")));

describe("when the node restarts", () => {
  it("while nobody talks, the next call comes through", async () => {
    const { node, alice, bob } = await start();
    await fall(node, alice, bob);
    await restart(node);
    await back(alice, bob);
    await talk(alice, bob);
  });

  it("a call that is dialled meanwhile goes out when the line is back", async () => {
    const { node, alice, bob } = await start();
    await fall(node, alice, bob);
    const dialled = alice.kit.dial(bob.person.account);
    await restart(node);
    const { call } = await alice.until(({ call: it }) => it.id === dialled && it.state.kind !== "resolving");
    expect(call.state.kind).toBe("inviting");
    await alice.reach("ended", "ringing-out");
    expect(alice.entries.map(({ reason }) => reason)).not.toContain("network-lost");
  });

  it("a call that is dialled when it does not come back ends in words", async () => {
    const node = await startNode({ domain });
    const { alice, bob } = await createPair([node.url], {}, { speed: 60 });
    await fall(node, alice, bob);
    alice.kit.dial(bob.person.account);
    expect(say(await alice.entry())).toBe("The connection was lost.");
    expect(alice.media.opened).toEqual([]);
  });

  it("who is signed out cannot call, and is told at once", async () => {
    const { alice, bob } = await start();
    alice.kit.line.stop();
    await alice.lineIs("off");
    alice.kit.dial(bob.person.account);
    expect(say(await alice.entry())).toBe("The connection was lost.");
  });

  it("while it rings, nobody goes on ringing for a call that is over, and the next one comes through", async () => {
    const { node, alice, bob } = await start();
    alice.kit.dial(bob.person.account);
    await alice.reach("ringing-out");
    await bob.until(({ call }) => call.state.kind === "ringing-in" && call.state.alerting);
    await node.close();
    await Promise.all([alice.entry(), bob.entry()]);
    expect(bob.entries.map(say)).toEqual(["Missed call: they stopped calling."]);
    expect(alice.entries.map(say)).toEqual(["The connection was lost."]);
    await expect.poll(() => [...alice.tones, ...bob.tones]).toEqual([]);
    await restart(node);
    await back(alice, bob);
    await talk(alice, bob);
  });

  it("in the middle of a call, the call goes on and can be held and ended over the new one", async () => {
    const { node, alice, bob } = await start();
    const id = await talk(alice, bob);
    await fall(node, alice, bob);
    expect(alice.kit.calls.list()[0]?.call.state.kind).toBe("active");
    await restart(node);
    await back(alice, bob);
    bob.kit.tell(id, "hold");
    await alice.reach("held");
    alice.kit.tell(id, "hang-up");
    expect(say(await bob.entry())).toBe("They hung up.");
    await Promise.all([alice.reach("ended"), bob.reach("ended")]);
  });

  it("a hang-up while it is gone is said when it is back", async () => {
    const { node, alice, bob } = await start();
    const id = await talk(alice, bob);
    await fall(node, alice, bob);
    alice.kit.tell(id, "hang-up");
    expect(say(await alice.entry())).toBe("You hung up.");
    expect(bob.entries).toEqual([]);
    await restart(node);
    expect(say(await bob.entry())).toBe("They hung up.");
    await Promise.all([alice.reach("ended"), bob.reach("ended")]);
  });
});

describe("when a phone is closed", () => {
  it("while it rings, the caller is told that it cannot be reached", async () => {
    const { alice, bob } = await start();
    alice.kit.dial(bob.person.account);
    await bob.until(({ call }) => call.state.kind === "ringing-in" && call.state.alerting);
    bob.quit();
    expect(say(await alice.entry())).toBe("Their phone cannot be reached now.");
  });

  it("in the middle of a call and comes back, the other learns by its next word that the call is gone", async () => {
    const { node, alice, bob } = await start();
    const id = await talk(alice, bob);
    bob.quit();
    const { person, device, instance } = bob;
    await createTestPhone({ urls: [node.url], person, device, instance });
    alice.kit.tell(id, "hold");
    expect((await alice.entry()).talked).toBe(true);
    await alice.reach("ended");
  });
});
