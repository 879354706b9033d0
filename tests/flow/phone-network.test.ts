import { describe, expect, it } from "vitest";
import { startHostileProxy } from "./hostile-proxy.ts";
import { startNode } from "./test-node.ts";
import { createTestPhone, domain, type TestPhone, talk } from "./test-phone.ts";

async function start() {
  const node = await startNode({ domain });
  const proxy = await startHostileProxy(node.url);
  const alice = await createTestPhone({ urls: [proxy.url] });
  const bob = await createTestPhone({ urls: [node.url] });
  return { node, proxy, alice, bob };
}

function tell(phone: TestPhone, type: "media-silent" | "media-lost"): void {
  const media = phone.media.opened.at(-1);
  const [tag] = (media?.commands ?? []).flatMap(command => ("tag" in command ? [command.tag] : []));
  if (media === undefined || tag === undefined) throw new Error("There is no connection yet");
  media.hear({ type, tag });
}

function restarts({ media }: TestPhone): number {
  const commands = media.opened.flatMap(call => call.commands);
  return commands.filter(command => command.do === "make-offer" && command.restart).length;
}

/** The connection of one phone carries nothing any more, and neither end of it knows. */
describe("a machine whose address is another one in the middle of a call", () => {
  it("is on line again as soon as it misses the other's voice, and renews the path of the call", async () => {
    const { proxy, alice, bob } = await start();
    await talk(alice, bob);
    proxy.freeze();
    const [down, began] = [alice.lineIs("down"), performance.now()];
    tell(alice, "media-silent");
    await down;
    await alice.lineIs("up");
    expect(performance.now() - began).toBeLessThan(2_500);
    await expect.poll(() => restarts(alice)).toBe(1);
    await expect
      .poll(() => bob.media.opened[0]?.commands.some(({ do: what }) => what === "make-answer"))
      .toBe(true);
  });

  it("is not held up by what the other side offered to its old connection, and hears of that as well", async () => {
    const { proxy, alice, bob } = await start();
    const id = await talk(alice, bob);
    proxy.freeze();
    tell(bob, "media-lost");
    bob.kit.tell(id, "hold");
    const asked = () => bob.media.opened[0]?.commands.some(it => it.do === "make-offer" && it.hold);
    await expect.poll(asked).toBe(true);
    const began = performance.now();
    tell(alice, "media-silent");
    const isHeld = (it: TestPhone) => it.until(({ call }) => call.state.kind === "held");
    await Promise.all([isHeld(alice), isHeld(bob)]);
    expect(performance.now() - began).toBeLessThan(7_000);
    bob.kit.tell(id, "hang-up");
    await alice.entry();
  });

  it("rings for a call that its old connection had swallowed", async () => {
    const { proxy, alice, bob } = await start();
    proxy.freeze();
    const id = bob.kit.dial(alice.person.account);
    await bob.reach("inviting");
    alice.kit.nudge();
    await alice.until(({ call }) => call.id === id && call.state.kind === "ringing-in");
    await bob.reach("ringing-out");
  });

  it("whose node says goodbye has the network that it had, and no path is renewed", async () => {
    const { node, alice, bob } = await start();
    await talk(alice, bob);
    await node.close();
    await bob.lineIs("down");
    await startNode({ domain, port: node.port });
    await bob.lineIs("up");
    expect(restarts(bob)).toBe(0);
  });
});
