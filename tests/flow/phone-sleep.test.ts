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
