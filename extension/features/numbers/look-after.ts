import type { Ledger } from "../../../background/chain/ledger.ts";
import { type NumbersTerms, readEntries, readTerms } from "../../../background/chain/numbers.ts";
import { toCommitment } from "../../../protocol/chain/commitment.ts";
import { toCall } from "./calls.ts";
import { isFinal, judge, type Tx, type TxFacts } from "./follow.ts";
import type { Place } from "./places.ts";
import { type Act, type Step, txOf } from "./step.ts";

/** What was seen of a step: how it stands now, and how long commitments wait on its chain. */
export interface Seen {
  readonly change: (step: Step) => Step;
  readonly terms?: NumbersTerms;
}

/**
 * Looks at the chain for one step. The answer is a change and no new step: somebody may have sent something while the
 * servers were thinking.
 *
 * @throws ChainError
 */
export async function lookAfter(place: Place, step: Step): Promise<Seen> {
  const before = txOf(step);
  const after = before && !isFinal(before) ? await followTx(place, step, before) : before;
  const onTx = (now: Step): Step => (before && after ? withTx(now, before, after) : now);
  if (step.act.kind !== "claim" || (step.tx && step.asking === undefined)) return { change: onTx };
  return lookAtClaim(place, { step, act: step.act, tx: after, onTx });
}

interface ClaimLook {
  readonly step: Step;
  readonly act: Extract<Act, { kind: "claim" }>;
  /** Of the commitment, as it was seen just before. */
  readonly tx: Tx | undefined;
  readonly onTx: (step: Step) => Step;
}

/** The chain says whether the commitment stands, whatever became known of its transaction. */
async function lookAtClaim(place: Place, { step, act, tx, onTx }: ClaimLook): Promise<Seen> {
  const { account } = step;
  const { numbers, secret } = act;
  const ours = toCommitment(
    { numbers, account, secret },
    { chainId: place.view.id, contract: place.view.contract },
  );
  const terms = await readTerms(place.numbers, account);
  const madeAt = terms.commitment === ours && terms.madeAt > 0 ? terms.madeAt : undefined;
  const isGone =
    madeAt === undefined &&
    tx?.state.kind === "confirmed" &&
    terms.head.number >= BigInt(tx.state.block) &&
    !step.tx;
  if (madeAt === undefined && (step.opens || isGone) && (await isOpened(place, step, act))) {
    return { terms, change: now => ({ ...onTx(now), asking: undefined, isFound: true }) };
  }
  return {
    terms,
    change(now) {
      const next = onTx(now);
      if (next.commit?.madeAt === madeAt && (next.commit?.isGone ?? false) === isGone) return next;
      // Whether the wallet sent the commitment is known by its being there.
      const asking = madeAt !== undefined && !next.opens ? undefined : next.asking;
      return { ...next, asking, commit: { ...next.commit, madeAt, isGone } };
    },
  };
}

async function isOpened({ numbers }: Place, { account }: Step, act: ClaimLook["act"]): Promise<boolean> {
  const entries = await readEntries(numbers, act.numbers);
  return entries.every(({ owner }) => owner === account);
}

function withTx(step: Step, before: Tx, after: Tx): Step {
  if (JSON.stringify(before) === JSON.stringify(after)) return step;
  if (step.tx?.hash === before.hash) return { ...step, tx: after };
  if (step.commit?.tx?.hash === before.hash) return { ...step, commit: { ...step.commit, tx: after } };
  return step;
}

async function followTx(place: Place, step: Step, tx: Tx): Promise<Tx> {
  const opens = step.tx === tx;
  const call = toCall(step, place.view.contract, opens);
  return judge(tx, await gather(place.ledger, { step, tx, call }));
}

interface Followed {
  readonly step: Step;
  readonly tx: Tx;
  readonly call: ReturnType<typeof toCall>;
}

async function gather(ledger: Ledger, followed: Followed): Promise<TxFacts> {
  const { step, tx } = followed;
  const [head, receipt] = await Promise.all([ledger.newest(), ledger.receipt(tx.hash)]);
  if (receipt && tx.nonce !== undefined) return { head, receipt };
  const seen = await ledger.transaction(tx.hash);
  if (receipt || seen || tx.nonce === undefined) return { head, receipt, seen };
  const next = await ledger.countOf(step.account, "latest");
  if (next <= tx.nonce) return { head, next };
  return { head, next, taker: await findTaker(ledger, followed) };
}

/** A block can be found in so many halves of a chain. */
const mostHalves = 40;

/** Which transaction has the nonce: the block is found by halves, for no server is asked by nonce. */
async function findTaker(ledger: Ledger, { step, tx, call }: Followed): Promise<TxFacts["taker"]> {
  const nonce = tx.nonce ?? 0;
  // A head from before the nonce was used would lead to a block that does not hold it.
  let [before, at] = [BigInt(step.startBlock), await ledger.newest()];
  for (let half = 0; half < mostHalves && at - before > 1n; half += 1) {
    const middle = (before + at) / 2n;
    if ((await ledger.countOf(step.account, middle)) > nonce) at = middle;
    else before = middle;
  }
  const all = await ledger.transactionsOf(at);
  const taker = all.find(one => one.from === step.account && one.nonce === nonce);
  if (taker === undefined) return undefined;
  const isSame = taker.to === call.to && taker.data === call.data && taker.value === call.value;
  return { hash: taker.hash, isSame };
}
