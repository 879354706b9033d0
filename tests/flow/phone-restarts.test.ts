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

  it("while nobody is on line, who dials is told, and it comes back", async () => {
    const { node, alice, bob } = await start();
    await fall(node, alice, bob);
    alice.kit.dial(bob.person.account);
    expect(say(await alice.entry())).toBe("The connection was lost.");
    await restart(node);
    await back(alice, bob);
    await talk(alice, bob);
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
