import { isTooEarly, refusalInWords } from "../../../background/chain/numbers-errors.ts";
import type { AccountText } from "../../../protocol/number/address.ts";
import { amountInWords, exactAmount } from "./amounts.ts";
import { type Call, toCall } from "./calls.ts";
import type { Costs, Review } from "./model.ts";
import type { Place } from "./places.ts";
import { type Act, actInWords, type Step, titleOf } from "./step.ts";

export interface ReviewParts {
  readonly place: Place;
  readonly step: Pick<Step, "id" | "act" | "account" | "chain">;
  /** The commitment is opened by it; else it is made, or it is no claim. */
  readonly opens: boolean;
}

/** Everything that a person has to know before their wallet asks: what it does, what it costs, whether it can work. */
export async function toReview({ place, step, opens }: ReviewParts): Promise<Review> {
  const { view, ledger } = place;
  const { act, account, id } = step;
  const call = toCall(step, view.contract, opens);
  const [tried, gasPrice, balance] = await Promise.all([
    ledger.estimateGas({ from: account, ...call }),
    ledger.gasPrice(),
    ledger.balanceOf(account),
  ]);
  const experience = experienceOf(act, opens);
  const gas = tried.kind === "gas" ? tried.gas : experience;
  const costs: Costs = {
    pays: String(call.value),
    gas: String(gas * gasPrice),
    isTried: tried.kind === "gas",
    balance: String(balance),
    ...(act.kind === "claim" &&
      !opens && { later: { pays: act.fee, gas: String(gasOfOpening(act.numbers.length) * gasPrice) } }),
  };
  // Without money a server tries nothing, and its refusal says nothing about the contract.
  const blocked =
    shortage(place, costs) ?? (tried.kind === "reverts" ? refusalOf(act, tried.data) : undefined);
  return {
    ...{ id, chain: view, costs },
    title: titleOf(act, view.currency),
    does: actInWords(act, opens, view.currency),
    call: toShown(call, account),
    ...(blocked !== undefined && { blocked }),
    ...(tried.kind === "reverts" && isTooEarly(tried.data) && { isPassing: true }),
  };
}

/** Anvil's and Hardhat's own: a chain of this machine, with money that is play. */
const localChain = 31_337;

function shortage({ view }: Place, { pays, gas, later, balance }: Costs): string | undefined {
  const due = [pays, gas, later?.pays ?? "0", later?.gas ?? "0"].reduce(
    (sum, part) => sum + BigInt(part),
    0n,
  );
  const there = BigInt(balance);
  if (there >= due) return undefined;
  const missing = amountInWords(String(due - there), view.currency);
  const way =
    view.id === localChain
      ? "This is the local chain, where money is play: a button at the foot of the demo DApp gives some to any account."
      : `Have somebody send you ${missing} on ${view.name}, or buy it in your wallet; then look again.`;
  return `This takes about ${amountInWords(String(due), view.currency)}, and the account has ${exactAmount(balance, view.currency)} on ${view.name}: ${missing} are missing. ${way}`;
}

function refusalOf(act: Act, data: `0x${string}` | undefined): string {
  if (act.kind !== "ens-name") return refusalInWords(data);
  return `Your account may not change ${act.name}: its resolver refuses. Use the account that controls the name.`;
}

function toShown({ to, data, value }: Call, from: AccountText): Review["call"] {
  return { from, to, data, value: String(value) };
}

/** What each takes where it could not be tried: measured, and rounded up (contracts/snapshots, and 21,000 for a transaction). */
function experienceOf(act: Act, opens: boolean): bigint {
  if (act.kind !== "claim") return 260_000n;
  return opens ? gasOfOpening(act.numbers.length) : 70_000n;
}

function gasOfOpening(count: number): bigint {
  return 90_000n + 50_000n * BigInt(count);
}
