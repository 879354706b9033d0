import type { Clock } from "../../../background/base/clock.ts";
import { ChainError } from "../../../background/chain/chain.ts";
import { isFinal } from "./follow.ts";
import { lookAfter } from "./look-after.ts";
import { NumbersError, type Places } from "./places.ts";
import { type Step, txOf } from "./step.ts";
import type { StepKeeper } from "./step-keeper.ts";
import { type CommitAges, isOver, toStepView } from "./step-view.ts";

export interface FollowerParts {
  readonly keeper: StepKeeper;
  readonly places: Places;
  readonly clock: Clock;
  readonly failed: (name: string, error: unknown) => void;
  /** How long commitments wait became known, or what the chain says has changed. */
  readonly learned: () => void;
  /** A commitment can be opened from now on. */
  readonly ready: (step: Step) => void;
  readonly signal: AbortSignal;
}

export interface Follower {
  /** Looks at once: something was sent. */
  kick(): void;
  agesOf(chain: number): CommitAges | undefined;
}

/**
 * Looks after steps for as long as anything of them can change, also when no desk is open: often while a transaction
 * waits for its block, seldom then.
 */
export function startFollower(parts: FollowerParts): Follower {
  const { keeper, clock, failed, signal } = parts;
  const ages = new Map<number, CommitAges>();
  let wake: () => void = () => undefined;
  const run = async () => {
    while (!signal.aborted) {
      const woken = new Promise<void>(resolve => {
        wake = resolve;
      });
      const open = keeper.list().filter(step => isOpen(step, clock.now()));
      for (const step of open) await lookAt(parts, ages, step);
      const left = keeper.list().filter(step => isOpen(step, clock.now()));
      if (left.length === 0) await Promise.race([woken, ended(signal)]);
      else await Promise.race([woken, rest(clock, pauseOf(left, ages, clock.now()), signal)]);
    }
  };
  run().catch((error: unknown) => failed("numbers.follow", error));
  return { kick: () => wake(), agesOf: chain => ages.get(chain) };
}

async function lookAt(
  { keeper, places, clock, failed, learned, ready, signal }: FollowerParts,
  ages: Map<number, CommitAges>,
  step: Step,
): Promise<void> {
  try {
    const place = places.find(step.chain);
    const { change, terms } = await lookAfter(place, step);
    if (signal.aborted) return;
    if (terms) ages.set(step.chain, { min: terms.minCommitAge, max: terms.maxCommitAge });
    await keeper.change(step.id, change);
    if (terms) learned();
    const now = keeper.find(step.id);
    const facts = { now: clock.now(), chain: place.view, ages: ages.get(step.chain) };
    if (now && !now.isTold && toStepView(now, facts).stage === "ready") {
      await keeper.change(step.id, current => ({ ...current, isTold: true }));
      ready(now);
    }
  } catch (error) {
    // The chain is silent, or not in the address book any more: what is known stays as it is.
    if (!(error instanceof ChainError || error instanceof NumbersError)) failed("numbers.step", error);
  }
}

const [minute, day] = [60_000, 86_400_000];

/** Whether anything of it can still change by itself. */
function isOpen(step: Step, now: number): boolean {
  if (step.isFound || now - step.at > 2 * day) return false;
  const tx = txOf(step);
  if (step.act.kind === "claim" && (!step.tx || step.asking)) return true;
  return tx !== undefined && !isFinal(tx);
}

/** What waits for its block is looked at every few seconds, what has one every now and then. */
function pauseOf(steps: readonly Step[], ages: ReadonlyMap<number, CommitAges>, now: number): number {
  return Math.min(...steps.map(step => pauseOfStep(step, ages.get(step.chain), now)));
}

function pauseOfStep(step: Step, ages: CommitAges | undefined, now: number): number {
  const tx = txOf(step);
  const age = now - (tx?.sentAt ?? step.at);
  if (step.act.kind === "claim" && !step.tx && step.commit?.madeAt !== undefined) {
    const left = ages === undefined ? 0 : (step.commit.madeAt + ages.min) * 1_000 - now;
    return step.isTold ? 15_000 : Math.min(Math.max(left, 500), 15_000);
  }
  const isInBlock = tx?.state.kind === "confirmed" || tx?.state.kind === "failed";
  if (isInBlock && step.act.kind !== "claim") return age < 10 * minute ? 6_000 : minute;
  if (age < minute) return 1_000;
  return age < 10 * minute ? 4_000 : 15_000;
}

function rest(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return clock.wait(ms, signal).catch(() => undefined);
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Whether a step stands in the way of another claim: an account has one commitment at a time. */
export function isHoldingCommitment(step: Step, ages: CommitAges | undefined, now: number): boolean {
  if (step.act.kind !== "claim" || step.isFound || step.tx) return false;
  return !isOver(toStepView(step, { now, chain: { name: "", currency: "" }, ages }).stage);
}
