import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createReplayMemory, rememberedMs } from "./replay-memory.ts";
import { createDisk } from "./rig.suite.ts";

const wall = 1_795_000_000_000;
const invitation = { callId: "f81d4fae@alice.eth", fromTag: "a6c85cf", iat: wall / 1_000 };

describe("replay memory", () => {
  it("says new once, and seen from then on, after a restart too", async () => {
    const disk = createDisk();
    const first = await disk.context();
    const memory = createReplayMemory(first.db, first.vault);
    expect(await memory.remember(invitation, wall)).toBe("new");
    expect(await memory.remember(invitation, wall + 1)).toBe("seen");
    first.db.close();
    const next = await disk.context();
    expect(await createReplayMemory(next.db, next.vault).remember(invitation, wall + 60_000)).toBe("seen");
  });

  it("of many who bring the same one at once, in two contexts, one is new", async () => {
    const disk = createDisk();
    const contexts = [await disk.context(), await disk.context()];
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) => {
        const { db, vault } = contexts[at % 2] ?? (contexts[0] as (typeof contexts)[0]);
        return createReplayMemory(db, vault).remember(invitation, wall);
      }),
    );
    expect(answers.filter(answer => answer === "new")).toHaveLength(1);
    expect(answers.filter(answer => answer === "seen")).toHaveLength(19);
  });

  it("any part makes another invitation", async () => {
    const { db, vault } = await createDisk().context();
    const memory = createReplayMemory(db, vault);
    for (const other of [
      invitation,
      { ...invitation, callId: "x" },
      { ...invitation, fromTag: "x" },
      { ...invitation, iat: 1 },
    ]) {
      expect(await memory.remember(other, wall)).toBe("new");
    }
  });

  it("remembers for as long as a node could have set the clock back, and then forgets", async () => {
    const { db, vault } = await createDisk().context();
    const memory = createReplayMemory(db, vault);
    await memory.remember(invitation, wall);
    expect(await memory.remember(invitation, wall + rememberedMs - 1)).toBe("seen");
    await memory.remember({ ...invitation, callId: "later" }, wall + rememberedMs);
    expect(await db.replays.count()).toBe(1);
  });

  it("is bounded: says full instead of forgetting what is fresh, and goes on when that is stale", async () => {
    const { db, vault } = await createDisk().context();
    const memory = createReplayMemory(db, vault, 3);
    for (const callId of ["1", "2", "3"]) await memory.remember({ ...invitation, callId }, wall);
    expect(await memory.remember({ ...invitation, callId: "4" }, wall)).toBe("full");
    expect(await memory.remember({ ...invitation, callId: "1" }, wall)).toBe("seen");
    expect(await memory.remember({ ...invitation, callId: "4" }, wall + rememberedMs)).toBe("new");
  });

  it("keeps no Call-ID in clear, and nothing for who was signed out", async () => {
    const { db, vault } = await createDisk().context();
    const memory = createReplayMemory(db, vault);
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 3 }), async callId => {
        await memory.remember({ ...invitation, callId }, wall);
      }),
      { numRuns: 20 },
    );
    const rows = await db.replays.toArray();
    expect(rows.every(({ token }) => /^[\w-]{22}$/.test(token))).toBe(true);
    await db.wraps.clear();
    await expect(memory.remember({ ...invitation, callId: "?" }, wall)).rejects.toMatchObject({
      code: "store.signed-out",
    });
  });
});
