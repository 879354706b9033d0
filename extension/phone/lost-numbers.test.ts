import { expect, it } from "vitest";
import { ChainError } from "../../background/chain/chain.ts";
import type { Resolved } from "../../background/chain/resolved.ts";
import { type AccountText, parseAccount } from "../../protocol/number/address.ts";
import { parseNumber } from "../../protocol/number/number.ts";
import type { NumberNews } from "../../protocol/sip/reg-info.ts";
import { openFeatureRig } from "../features/feature-rig.suite.ts";
import { startLostNumbers } from "./lost-numbers.ts";

const [me, other] = [parseAccount(`0x${"1".repeat(40)}`), parseAccount(`0x${"2".repeat(40)}`)];
const number = parseNumber("+999 2000 2000");
const silent = new ChainError("chain.silent", "The chain is silent.");

/** The chain gives these answers, one a look, the last one again and again. */
async function open(...answers: readonly (AccountText | ChainError)[]) {
  const rig = await openFeatureRig();
  const listeners: ((news: readonly NumberNews[]) => void)[] = [];
  const doors: string[] = [];
  const waits: number[] = [];
  let looks = 0;
  startLostNumbers({
    ...rig,
    account: me,
    kit: { numbers: { watch: listener => void listeners.push(listener) } },
    directory: {
      async resolve() {
        const answer = answers[Math.min(looks++, answers.length - 1)];
        if (typeof answer !== "string") throw answer;
        return { account: answer } as Resolved;
      },
    },
    clock: {
      async wait(ms) {
        waits.push(ms);
      },
    },
  });
  const note = (what: string) => {
    doors.push(what);
    return null;
  };
  rig.panel.answer("worker.notice.show", ({ title }) => note(`show ${title}`), rig.signal);
  rig.panel.answer("worker.notice.clear", ({ id }) => note(`clear ${id}`), rig.signal);
  rig.panel.answer(
    "worker.window.open",
    ({ page }) => {
      note(page);
      return { window: 1 };
    },
    rig.signal,
  );
  return {
    ...rig,
    ...{ doors, waits },
    tell(isGone: boolean) {
      for (const listener of listeners) listener([{ number, isGone }]);
    },
    said: () => (rig.snapshot().lost ?? []).map(({ said }) => said),
  };
}

it("a number that was sold is said to be somebody else's, in the panel and in a notice that leads to the desk", async () => {
  const { tell, said, doors, waits, panel } = await open(other);
  tell(true);
  await expect.poll(() => doors).toEqual(["show +999 2000 2000 is no longer yours"]);
  expect(said()).toEqual(["+999 2000 2000 now belongs to somebody else; calls to it ring there."]);
  expect(waits).toEqual([]);
  panel.tell("worker.notice.clicked", { id: `lost ${number}`, choice: "open" });
  await expect.poll(() => doors).toContain("desk");
  await panel.ask("phone.lost-number.forget", { number });
  expect(said()).toEqual([]);
});

it("a number that the chain leaves with us is not, whatever the node says", async () => {
  const { tell, said, doors, waits } = await open(me);
  tell(true);
  await expect.poll(() => waits).toEqual([3_000, 15_000]);
  expect([said(), doors]).toEqual([[], []]);
});

it("a chain that is some blocks behind the node is asked again", async () => {
  const { tell, said, waits } = await open(me, silent, other);
  tell(true);
  await expect.poll(said).toEqual([expect.stringContaining("somebody else")]);
  expect(waits).toEqual([3_000, 15_000]);
});

it("a chain that cannot be asked leaves the node's word, which is called that", async () => {
  const { tell, said } = await open(silent);
  tell(true);
  await expect.poll(said).toEqual([expect.stringContaining("Your provider says that +999 2000 2000")]);
});

it("a sale that is taken back is forgotten, with its notice", async () => {
  const { tell, said, doors } = await open(other, me);
  tell(true);
  await expect.poll(said).toHaveLength(1);
  tell(false);
  await expect.poll(said).toEqual([]);
  await expect.poll(() => doors.at(-1)).toBe(`clear lost ${number}`);
});

it("whoever signs out leaves none of it behind", async () => {
  const { tell, said, stop, failed } = await open(other);
  tell(true);
  await expect.poll(said).toHaveLength(1);
  stop();
  expect(said()).toEqual([]);
  expect(failed).not.toHaveBeenCalled();
});
