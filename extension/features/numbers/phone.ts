import type { Clock } from "../../../background/base/clock.ts";
import type { Log } from "../../../background/base/log.ts";
import { usualCurrency } from "../../../protocol/chain/address-book.ts";
import { type AccountText, parseAccount } from "../../../protocol/number/address.ts";
import { formatNumber, parseNumber } from "../../../protocol/number/number.ts";
import type { FeatureParts } from "../../phone/feature-parts.ts";
import { readHistory } from "./events.ts";
import { type Follower, isHoldingCommitment, startFollower } from "./follower.ts";
import type { OnChain, Review, StepView, StepWish } from "./model.ts";
import { createPlaces, NumbersError, type Place, type Places } from "./places.ts";
import { findFree, findMarket, findMine, readDetail, readStanding, toTerms } from "./reads.ts";
import { toReview } from "./review.ts";
import { type Step, titleOf } from "./step.ts";
import { createStepKeeper, type StepKeeper } from "./step-keeper.ts";
import { toStepView } from "./step-view.ts";
import { toAct } from "./to-act.ts";

export interface NumbersParts extends FeatureParts {
  readonly clock: Clock;
  readonly log: Log;
}

/** Numbers on the chain: reads them for the desk, prepares what a wallet is asked, and follows what it sent. */
export async function startNumbers(parts: NumbersParts, signal: AbortSignal): Promise<void> {
  const { bus, store, feed, failed, clock, log } = parts;
  const places = createPlaces({ book: () => feed.now().home.book, clock, log });
  let desk = { lookedAt: 0, views: (): readonly StepView[] => [] };
  const tell = () => bus.tell("numbers.steps.changed", desk.views());
  const keeper = await createStepKeeper({ table: store.pending, changed: tell, failed });
  const follower = startFollower({
    ...{ keeper, places, clock, failed, signal },
    learned: tell,
    ready: step => {
      if (clock.now() - desk.lookedAt > deskMs) notify(parts, step);
    },
  });
  desk = { lookedAt: 0, views: () => viewsOf(keeper, follower, { places, now: clock.now() }) };
  const looked = () => {
    desk = { ...desk, lookedAt: clock.now() };
  };
  const half: Half = { ...parts, places, keeper, follower, looked, signal };
  answerReads(half);
  answerSteps(half);
  bus.answer(
    "numbers.steps.read",
    () => {
      looked();
      follower.kick();
      return desk.views();
    },
    signal,
  );
  bus.listen(
    "worker.notice.clicked",
    ({ id }) => {
      if (keeper.find(id) === undefined) return;
      bus.ask("worker.window.open", { page: "desk" }).catch((error: unknown) => failed("desk", error));
    },
    signal,
  );
}

/** Who looked at the desk so lately needs no notice. */
const deskMs = 60_000;

interface Half extends NumbersParts {
  readonly places: Places;
  readonly keeper: StepKeeper;
  readonly follower: Follower;
  readonly looked: () => void;
  readonly signal: AbortSignal;
}

function answerReads(half: Half): void {
  const { bus, places, keeper, looked, signal } = half;
  const here = ({ chain }: OnChain): { place: Place; account: AccountText } => {
    looked();
    return { place: places.find(chain), account: accountOf(half) };
  };
  bus.answer("numbers.chains.read", () => places.list().map(({ view }) => view), signal);
  bus.answer(
    "numbers.terms.read",
    wish => {
      const { place, account } = here(wish);
      return toTerms(place, account);
    },
    signal,
  );
  bus.answer(
    "numbers.standing.read",
    wish => {
      const { place, account } = here(wish);
      return readStanding(place, account, wish.number === undefined ? [] : [parseNumber(wish.number)]);
    },
    signal,
  );
  bus.answer(
    "numbers.mine.read",
    wish => {
      const { place, account } = here(wish);
      return findMine(place, account, numbersOf(keeper, wish.chain));
    },
    signal,
  );
  bus.answer(
    "numbers.number.read",
    wish => {
      const { place, account } = here(wish);
      return readDetail(places, place, { number: parseNumber(wish.number), account, signal });
    },
    signal,
  );
  bus.answer("numbers.history.read", wish => readHistory(here(wish).place, parseNumber(wish.number)), signal);
  bus.answer(
    "numbers.market.read",
    wish => {
      const { place, account } = here(wish);
      return findMarket(place, account);
    },
    signal,
  );
  bus.answer(
    "numbers.free.find",
    wish => {
      const { place, account } = here(wish);
      return findFree(place, account, wish.wish);
    },
    signal,
  );
}

interface Prepared {
  readonly step: Step;
  readonly opens: boolean;
}

/** Reviews that are open at once; the oldest is forgotten, and looked at anew. */
const mostPrepared = 16;

function answerSteps(half: Half): void {
  const { bus, keeper, follower, looked, signal, now } = half;
  const prepared = new Map<string, Prepared>();
  const take = (id: string): Prepared => {
    const one = prepared.get(id);
    prepared.delete(id);
    if (one) return one;
    throw new NumbersError("numbers.stale", "This was left too long. Look at it once more.");
  };
  bus.answer(
    "numbers.step.prepare",
    async ({ chain, wish }) => {
      looked();
      const one = await prepare(half, chain, wish);
      const review: Review = await toReview({ place: half.places.find(chain), ...one });
      prepared.set(one.step.id, one);
      const [oldest] = prepared.keys();
      if (prepared.size > mostPrepared && oldest !== undefined) prepared.delete(oldest);
      return review;
    },
    signal,
  );
  bus.answer(
    "numbers.step.begin",
    async ({ id }) => {
      const { step, opens } = take(id);
      await keeper.put({ ...(keeper.find(id) ?? step), asking: "asked", askedAt: now(), opens });
      return null;
    },
    signal,
  );
  bus.answer(
    "numbers.step.sent",
    async ({ id, hash }) => {
      await keeper.change(id, step => withSent(step, readHash(hash), now()));
      follower.kick();
      return null;
    },
    signal,
  );
  bus.answer(
    "numbers.step.leave",
    async ({ id, unsure }) => {
      const step = keeper.find(id);
      if (unsure) await keeper.change(id, current => ({ ...current, asking: "unsure" }));
      else if (step && !step.tx && !step.commit) await keeper.remove(id);
      else await keeper.change(id, current => ({ ...current, asking: undefined, opens: false }));
      follower.kick();
      return null;
    },
    signal,
  );
  bus.answer("numbers.step.forget", ({ id }) => keeper.remove(id).then(() => null), signal);
}

async function prepare(half: Half, chain: number, wish: StepWish): Promise<Prepared> {
  const { places, keeper, follower, newId, now, signal } = half;
  const place = places.find(chain);
  const account = accountOf(half);
  if (wish.kind === "open") return toOpen(half, wish.step, account);
  const other = keeper
    .list()
    .find(step => step.chain === chain && step.account === account && isHolding(step, follower, now()));
  if (wish.kind === "claim" && other) {
    throw new NumbersError(
      "numbers.one-claim",
      `An account has one commitment at a time, and yours is to “${titleOf(other.act, place.view.currency)}”. Finish that first, or take it off the list.`,
    );
  }
  const [act, startBlock] = await Promise.all([
    toAct({ places, place, account, signal }, wish),
    place.ledger.newest(),
  ]);
  const step = { id: newId(), chain, account, at: now(), startBlock: String(startBlock), act };
  return { step, opens: false };
}

function isHolding(step: Step, follower: Follower, now: number): boolean {
  return isHoldingCommitment(step, follower.agesOf(step.chain), now);
}

function toOpen({ keeper }: Half, id: string, account: AccountText): Prepared {
  const step = keeper.find(id);
  if (step?.act.kind !== "claim") {
    throw new NumbersError("numbers.gone", "This claim is not in the list any more. Begin anew.");
  }
  if (step.account !== account) {
    throw new NumbersError(
      "numbers.other-account",
      `${step.account} has committed to this claim, and it alone can finish it. Sign in with that account.`,
    );
  }
  return { step, opens: true };
}

function withSent(step: Step, hash: `0x${string}`, sentAt: number): Step {
  const tx = { hash, sentAt, state: { kind: "unseen" } } as const;
  const sent = { ...step, asking: undefined };
  if (step.act.kind === "claim" && !step.opens) return { ...sent, commit: { ...step.commit, tx } };
  return { ...sent, tx };
}

function readHash(text: string): `0x${string}` {
  if (/^0x[0-9a-f]{64}$/i.test(text)) return text as `0x${string}`;
  throw new NumbersError("numbers.hash", "What the wallet gave is no transaction. Look at its activity.");
}

function accountOf({ feed }: Half): AccountText {
  const { me } = feed.now();
  if (me) return parseAccount(me.account);
  throw new NumbersError(
    "numbers.signed-out",
    "Nobody is signed in here. Connect a wallet on the welcome page.",
  );
}

function numbersOf(keeper: StepKeeper, chain: number) {
  return keeper
    .list()
    .filter(step => step.chain === chain)
    .flatMap(({ act }) => {
      if (act.kind === "claim") return act.numbers;
      return act.kind === "buy" ? [act.number] : [];
    });
}

function viewsOf(
  keeper: StepKeeper,
  follower: Follower,
  { places, now }: { readonly places: Places; readonly now: number },
): readonly StepView[] {
  const chains = new Map(places.list().map(({ view }) => [view.id, view]));
  return keeper.list().map(step => {
    const chain = chains.get(step.chain) ?? { name: `chain ${step.chain}`, currency: usualCurrency };
    return toStepView(step, { now, chain, ages: follower.agesOf(step.chain) });
  });
}

function notify({ bus, failed }: NumbersParts, { id, act }: Step): void {
  const numbers = act.kind === "claim" ? act.numbers.map(formatNumber).join(", ") : "";
  const notice = {
    id,
    title: "Your commitment can be opened",
    message: `Open the desk to finish claiming ${numbers}. It holds for a day.`,
    isRinging: false,
  };
  bus.ask("worker.notice.show", notice).catch((error: unknown) => failed("notice", error));
}
