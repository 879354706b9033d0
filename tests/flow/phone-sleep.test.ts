import { describe, expect, it } from "vitest";
import { sentenceOf } from "../../protocol/call/end-sentence.ts";
import { startHostileProxy } from "./hostile-proxy.ts";
import { startNode } from "./test-node.ts";
import { createTestPhone, domain, talk } from "./test-phone.ts";

describe("a connection that has died without a word", () => {
  it("is noticed when the machine wakes up, and replaced; the call it was of goes on", async () => {
    const node = await startNode({ domain });
    const proxy = await startHostileProxy(node.url);
    const alice = await createTestPhone({ urls: [proxy.url] });
    const bob = await createTestPhone({ urls: [node.url] });
    const id = await talk(alice, bob);
    proxy.freeze();
    const down = alice.lineIs("down");
    alice.kit.nudge();
    await down;
    await alice.lineIs("up");
    bob.kit.tell(id, "hang-up");
    const { reason, direction } = await alice.entry();
    expect(sentenceOf(reason, direction)).toBe("They hung up.");
  });

  it("is noticed when the sound of a call breaks off, and the call renews its path over the new one", async () => {
    const node = await startNode({ domain });
    const proxy = await startHostileProxy(node.url);
    const alice = await createTestPhone({ urls: [proxy.url] });
    const bob = await createTestPhone({ urls: [node.url] });
    const id = await talk(alice, bob);
    proxy.freeze();
    const down = alice.lineIs("down");
    const [media] = alice.media.opened;
    const [tag] = (media?.commands ?? []).flatMap(command => ("tag" in command ? [command.tag] : []));
    if (tag === undefined) throw new Error("There is no connection to lose");
    media?.hear({ type: "media-lost", tag });
    await down;
    await alice.until(({ call }) => call.state.kind === "active" && call.state.talk.media === "flowing");
    const restarts = media?.commands.filter(command => command.do === "make-offer" && command.restart);
    expect(restarts?.length).toBeGreaterThan(0);
    bob.kit.tell(id, "hang-up");
    await alice.entry();
  });

  it("that lives is left alone", async () => {
    const node = await startNode({ domain });
    const proxy = await startHostileProxy(node.url);
    const alice = await createTestPhone({ urls: [proxy.url] });
    alice.kit.nudge();
    await expect.poll(() => proxy.pongs).toBeGreaterThan(0);
    expect(alice.kit.line.get().name).toBe("up");
    expect(proxy.connections).toBe(1);
  });
});
