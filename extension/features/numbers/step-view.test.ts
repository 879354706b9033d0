import { describe, expect, it } from "vitest";
import type { Tx } from "./follow.ts";
import { readStep, type Step, titleOf } from "./step.ts";
import { isOver, toStepView } from "./step-view.ts";

const hash = `0x${"ab".repeat(32)}` as const;
const account = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
const base = { id: "1", chain: 1, account, at: 0, startBlock: "4" } as const;
const claim: Step = {
  ...base,
  act: { kind: "claim", numbers: ["+9991234", "+99912345"], secret: hash, fee: "7" },
};
const list: Step = { ...base, act: { kind: "list", number: "+9991234", price: "1000000000000000000" } };
const ages = { min: 60, max: 86_400 };

function tx(state: Tx["state"]): Tx {
  return { hash, sentAt: 0, state };
}

function view(step: Step, now = 0, known: typeof ages | null = ages) {
  return toStepView(step, { now, chain: { name: "Ethereum", currency: "ETH" }, ages: known ?? undefined });
}

describe("a commitment", () => {
  const committed: Step = {
    ...claim,
    commit: { madeAt: 1_000, tx: tx({ kind: "confirmed", block: "5", depth: 1 }) },
  };

  it.each([
    ["at once", "waiting", 1_000_000],
    ["before its time", "waiting", 1_059_999],
    ["at its time", "ready", 1_060_000],
    ["at the end of its day", "ready", 87_399_999],
    ["a day later", "expired", 87_400_000],
  ])("%s is %s", (_, stage, now) => {
    expect(view(committed, now)).toMatchObject({ stage, opensAt: 1_060_000, until: 87_400_000, hash });
  });

  it("waits, without a time, while the chain has not said how long", () => {
    const { stage, opensAt } = view(committed, 0, null);
    expect({ stage, opensAt }).toEqual({ stage: "waiting", opensAt: undefined });
  });

  it("whose receipt came before the chain shows it, or whose block was taken back, is not called committed", () => {
    const { madeAt: _, ...commit } = committed.commit ?? {};
    expect(view({ ...claim, commit })).toMatchObject({
      ...{ stage: "sent", said: expect.stringContaining("Waiting until the chain shows it") },
    });
  });

  it("that is being opened still says until when", () => {
    const asked = { ...committed, asking: "asked", opens: true, askedAt: 1_060_000 } as const;
    expect(view(asked, 1_061_000)).toMatchObject({ stage: "asked", until: 87_400_000 });
    expect(view(asked, 1_060_000 + 7 * 60_000)).toMatchObject({ stage: "unsure", until: 87_400_000 });
  });
});

describe("a transaction", () => {
  it.each([
    [{ kind: "unseen" }, "sent", "have not seen it yet"],
    [{ kind: "pending" }, "sent", "waits to be taken into a block"],
    [{ kind: "confirmed", block: "5", depth: 1 }, "done", "Done: in block 5; no block follows it yet."],
    [{ kind: "confirmed", block: "5", depth: 4 }, "done", "Done: in block 5; 3 more followed it."],
    [{ kind: "confirmed", block: "5", depth: 32 }, "done", "Done: in block 5, for good."],
    [{ kind: "failed", block: "5", depth: 1 }, "failed", "nothing else has changed"],
    [{ kind: "replaced", by: hash }, "replaced", "it will never happen"],
    [{ kind: "pending", undone: "5" }, "sent", "took block 5 back, and this with it. It waits"],
    [{ kind: "lost" }, "lost", "Nothing was done so far"],
    [{ kind: "lost", undone: "5" }, "lost", "took block 5 back, and this with it: it is as if"],
  ] as const)("%o is %s", (state, stage, said) => {
    expect(view({ ...list, tx: tx(state) })).toMatchObject({ stage, said: expect.stringContaining(said) });
  });

  it("is told in the money of its chain", () => {
    const chain = { name: "Gnosis", currency: "xDAI" };
    expect(toStepView(list, { now: 0, chain, ages }).title).toBe("Offer +999 1234 for 1 xDAI");
  });

  it("of which only the wallet knows is not called sent", () => {
    expect(view({ ...list, asking: "unsure" })).toMatchObject({ stage: "unsure" });
    expect(view(list)).toMatchObject({ stage: "lost", said: expect.stringContaining("Nothing was sent") });
  });
});

it("only what is over is cleared; the rest is given up", () => {
  expect((["done", "failed", "replaced", "expired"] as const).every(isOver)).toBe(true);
  expect((["asked", "unsure", "sent", "waiting", "ready", "lost"] as const).some(isOver)).toBe(false);
});

it("a step is called by its numbers, also by many", () => {
  expect(titleOf(claim.act, "ETH")).toBe("Claim +999 1234 and +999 12 345");
  const numbers = ["+9991111", "+9992222", "+9993333", "+9994444"] as const;
  expect(titleOf({ kind: "claim", numbers, secret: hash, fee: "1" }, "ETH")).toBe(
    "Claim +999 1111, +999 2222 and 2 more numbers",
  );
  expect(titleOf(list.act, "ETH")).toBe("Offer +999 1234 for 1 ETH");
});

it.each([
  ["nothing", undefined],
  ["a text", "claim"],
  ["a step of another kind", { ...claim, act: { kind: "toast" } }],
  ["a step whose kind is inherited", { ...claim, act: { kind: "toString" } }],
  ["a claim of no numbers", { ...claim, act: { ...claim.act, numbers: ["+49123"] } }],
  ["a step of no chain", { ...claim, chain: "1" }],
])("%s that was stored is no step", (_, stored) => expect(readStep(stored)).toBeUndefined());

it("what was stored is read again", () => {
  expect(readStep(structuredClone(claim))).toEqual(claim);
});
