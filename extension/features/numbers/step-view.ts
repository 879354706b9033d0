import { finalDepth, type Tx } from "./follow.ts";
import type { NumberChain, StepStage, StepView } from "./model.ts";
import { type Step, titleOf } from "./step.ts";

/** What the chain asks of commitments, in seconds. */
export interface CommitAges {
  readonly min: number;
  readonly max: number;
}

export interface ViewFacts {
  /** In milliseconds since 1970. */
  readonly now: number;
  readonly chain: Pick<NumberChain, "name" | "currency">;
  /** Nothing while they were not read yet. */
  readonly ages: CommitAges | undefined;
}

/** A step as it is shown: no more is said than is known. */
export function toStepView(step: Step, facts: ViewFacts): StepView {
  const { stage, said, ...times } = stageOf(step, facts);
  const hash = (step.tx ?? step.commit?.tx)?.hash;
  return {
    id: step.id,
    chain: step.chain,
    chainName: facts.chain.name,
    title: titleOf(step.act, facts.chain.currency),
    ...{ stage, said },
    ...(hash !== undefined && { hash }),
    ...times,
  };
}

/** Whether the step's list may be cleared of it without losing anything. */
export function isOver(stage: StepStage): boolean {
  return ["done", "failed", "replaced", "expired"].includes(stage);
}

interface Stage {
  readonly stage: StepStage;
  readonly said: string;
  readonly opensAt?: number;
  readonly until?: number;
}

function stageOf(step: Step, facts: ViewFacts): Stage {
  if (step.isFound) return { stage: "done", said: "The number is yours; the chain shows it." };
  if (step.tx && step.asking === undefined)
    return stageOfTx(step.tx, step.act.kind === "claim" ? "The number is yours" : "Done");
  const waiting = step.commit?.madeAt === undefined ? undefined : stageOfWaiting(step.commit.madeAt, facts);
  // Of a commitment that stands, only opening it can be what the wallet is asked.
  const isPatient = facts.now - (step.askedAt ?? 0) < patienceMs;
  if (step.asking === "asked" && isPatient)
    return { stage: "asked", said: "Your wallet is being asked.", ...waiting?.times };
  if (step.asking !== undefined) return { stage: "unsure", said: unsure, ...waiting?.times };
  if (waiting) return { stage: waiting.stage, said: waiting.said, ...waiting.times };
  if (step.commit?.isGone) return { stage: "expired", said: gone };
  if (step.commit?.tx) return stageOfCommit(step.commit.tx);
  return { stage: "lost", said: "Nothing was sent for this. Begin anew." };
}

/** Nobody waits longer for a wallet: the desk that asked it is gone. */
const patienceMs = 6 * 60_000;

const unsure =
  "The wallet was asked, and its answer was lost. Look at its activity: whether it sent this is not known here.";

const gone =
  "The chain holds another commitment of this account: a later one took the place of this. Only its gas is spent; begin anew.";

function stageOfTx({ state }: Tx, done: string): Stage {
  switch (state.kind) {
    case "unseen":
      return {
        stage: "sent",
        said: "Handed over by your wallet. The servers asked here have not seen it yet.",
      };
    case "pending":
      return {
        stage: "sent",
        said:
          state.undone === undefined
            ? "Sent. It waits to be taken into a block."
            : `The chain took block ${state.undone} back, and this with it. It waits to be taken into another.`,
      };
    case "confirmed":
      return { stage: "done", said: `${done}: ${blockInWords(state)}` };
    case "failed":
      return {
        stage: "failed",
        said: `The contract refused it in block ${state.block}. Its gas is spent; nothing else has changed.`,
      };
    case "replaced":
      return {
        stage: "replaced",
        said: "Your wallet sent something else in its place, so it will never happen. Nothing of it was done.",
      };
    case "lost":
      return {
        stage: "lost",
        said:
          state.undone === undefined
            ? "The chain's servers have dropped it. Nothing was done so far; your wallet may still send it again."
            : `The chain took block ${state.undone} back, and this with it: it is as if it had not been. Your wallet may still send it again.`,
      };
  }
}

function stageOfCommit(tx: Tx): Stage {
  const shown = stageOfTx(tx, "Committed");
  // A block that was taken back, or servers that do not agree yet: the chain itself holds no commitment.
  return shown.stage === "done"
    ? { stage: "sent", said: "Committed. Waiting until the chain shows it." }
    : shown;
}

interface Waiting extends Pick<Stage, "stage" | "said"> {
  readonly times: Pick<Stage, "opensAt" | "until">;
}

function stageOfWaiting(madeAt: number, { now, ages }: ViewFacts): Waiting {
  if (ages === undefined) {
    return { stage: "waiting", said: "Committed. Asking the chain how long to wait.", times: {} };
  }
  const times = { opensAt: (madeAt + ages.min) * 1_000, until: (madeAt + ages.max) * 1_000 };
  if (now >= times.until) {
    return {
      stage: "expired",
      said: "The commitment is too old and holds no more. Only its gas is spent; begin anew.",
      times,
    };
  }
  if (now < times.opensAt) {
    return { stage: "waiting", said: "Committed. It can be opened after a short wait.", times };
  }
  return { stage: "ready", said: "Committed, and old enough: open it now, and pay the fee.", times };
}

function blockInWords({ block, depth }: { readonly block: string; readonly depth: number }): string {
  if (depth >= finalDepth) return `in block ${block}, for good.`;
  const follow = depth === 1 ? "no block follows it yet" : `${depth - 1} more followed it`;
  return `in block ${block}; ${follow}.`;
}
