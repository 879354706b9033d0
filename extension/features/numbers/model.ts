import type { Ask } from "../../../protocol/bus/contract.ts";
import type { AccountText } from "../../../protocol/number/address.ts";
import type { NumberText } from "../../../protocol/number/number.ts";
import type { Candidate, NiceWish } from "./nice.ts";

declare module "../../../protocol/bus/contract.ts" {
  interface Asks {
    "numbers.chains.read": Ask<null, readonly NumberChain[]>;
    "numbers.terms.read": Ask<OnChain, TermsView>;
    /** Changes when something of the account's or the number's has, whoever did it; by that the desk reads anew. */
    "numbers.standing.read": Ask<OnChain & { readonly number?: string }, string>;
    /** All numbers of the account that is signed in, as far as they are found. */
    "numbers.mine.read": Ask<OnChain, MineView>;
    "numbers.number.read": Ask<OneNumber, NumberDetail>;
    "numbers.history.read": Ask<OneNumber, HistoryView>;
    "numbers.market.read": Ask<OnChain, MarketView>;
    "numbers.free.find": Ask<OnChain & { readonly wish: NiceWish }, FreeView>;
    /** What a transaction would do and cost. Nothing is kept or sent by it. */
    "numbers.step.prepare": Ask<OnChain & { readonly wish: StepWish }, Review>;
    /** The wallet is about to be asked: from now on the step outlives the browser. */
    "numbers.step.begin": Ask<{ readonly id: string }, null>;
    "numbers.step.sent": Ask<{ readonly id: string; readonly hash: string }, null>;
    /** The wallet sent nothing; `unsure` where that is not known. */
    "numbers.step.leave": Ask<{ readonly id: string; readonly unsure: boolean }, null>;
    /** Takes the step off the list. What it sent goes its way. */
    "numbers.step.forget": Ask<{ readonly id: string }, null>;
    "numbers.steps.read": Ask<null, readonly StepView[]>;
  }
  interface Tells {
    "numbers.steps.changed": readonly StepView[];
  }
}

/** Amounts are in wei, as decimal text: the bus carries no integers of that size. */
export type Wei = string;

export interface OnChain {
  readonly chain: number;
}

export interface OneNumber extends OnChain {
  readonly number: string;
}

/** A chain of the address book that has numbers. */
export interface NumberChain {
  readonly id: number;
  readonly name: string;
  /** The sign of its own money. */
  readonly currency: string;
  readonly contract: AccountText;
  readonly rpcs: readonly string[];
  readonly hasNames: boolean;
}

export interface TermsView {
  /** Of 4 to 12 digits. */
  readonly fees: readonly Wei[];
  readonly minCommitSeconds: number;
  readonly balance: Wei;
  /** What sales earned and was not taken out yet. */
  readonly credit: Wei;
}

export interface NumberView {
  readonly chain: number;
  readonly number: NumberText;
  readonly owner: AccountText;
  readonly isMine: boolean;
  /** Where it is for sale. */
  readonly price?: Wei;
  /** The name that the number claims; whether the name claims it too is not looked at here. */
  readonly name: string;
}

export interface MineView {
  readonly numbers: readonly NumberView[];
  /** Numbers that the chain counts for the account and that were not found. */
  readonly missing: number;
}

export interface MarketView {
  readonly numbers: readonly NumberView[];
  /** Older offers were not looked for. */
  readonly isPartial: boolean;
}

export interface FreeView {
  readonly free: readonly FreeNumber[];
  /** A number that was written whole, and is somebody's. */
  readonly taken?: NumberView;
  /** How many were looked at. */
  readonly looked: number;
}

export interface FreeNumber extends Candidate {
  readonly fee: Wei;
}

/** Who may ring, as `INumbers.Policy` counts them. */
export const callers = ["everyone", "contacts", "proven names", "nobody"] as const;

export interface RecordsView {
  readonly profile: string;
  readonly lightLogin: string;
  /** Its place in `callers`. */
  readonly callers: number;
  /** In the coin's smallest unit. */
  readonly bond: string;
  readonly blockList: string;
  readonly blockRoot: `0x${string}`;
  readonly routes: string;
}

export interface NumberDetail extends NumberView {
  readonly epoch: number;
  /** In milliseconds since 1970, 256 seconds exact; nothing where it never changed hands. */
  readonly changedHands?: number;
  readonly records: RecordsView;
  readonly link: LinkView;
  /** The picture that the chain draws, as `data:`. */
  readonly picture?: string;
}

/** The two claims between a number and its name. */
export interface LinkView {
  /** The number claims this name. */
  readonly name: string;
  /** What the name claims; empty where it claims nothing. */
  readonly claimedByName: string;
  readonly state: "none" | "half" | "linked" | "unknown";
  /** What is there and what is missing. */
  readonly said: string;
  /** Whether the account may set the name's half, and has not. */
  readonly canComplete: boolean;
}

export interface HistoryView {
  readonly events: readonly HistoryEvent[];
  readonly isPartial: boolean;
}

export interface HistoryEvent {
  readonly said: string;
  /** In milliseconds since 1970. */
  readonly at: number;
  readonly block: string;
  readonly transaction: string;
}

/** What a person wishes to be done. */
export type StepWish =
  | { readonly kind: "claim"; readonly numbers: readonly string[] }
  /** Opens a commitment that has waited long enough. */
  | { readonly kind: "open"; readonly step: string }
  | { readonly kind: "name"; readonly number: string; readonly name: string }
  /** The name's half of the link. */
  | { readonly kind: "ens-name"; readonly number: string; readonly name: string }
  | { readonly kind: "records"; readonly number: string; readonly records: RecordsView }
  | { readonly kind: "list"; readonly number: string; readonly price: Wei }
  | { readonly kind: "cancel"; readonly number: string }
  | { readonly kind: "buy"; readonly number: string }
  | { readonly kind: "transfer"; readonly number: string; readonly to: string }
  | { readonly kind: "withdraw" };

/** What is shown before a wallet is asked. */
export interface Review {
  readonly id: string;
  readonly chain: NumberChain;
  readonly title: string;
  /** What saying yes does, in sentences. */
  readonly does: readonly string[];
  readonly call: ReviewedCall;
  readonly costs: Costs;
  /** Why it cannot be done now, and the way out; the wallet is not asked then. */
  readonly blocked?: string;
  /** What blocks it passes by itself, with the next block: it is looked at again. */
  readonly isPassing?: boolean;
}

export interface ReviewedCall {
  readonly from: AccountText;
  readonly to: AccountText;
  readonly data: `0x${string}`;
  readonly value: Wei;
}

export interface Costs {
  /** What is paid beside gas. */
  readonly pays: Wei;
  readonly gas: Wei;
  /** Counted by a trial at the newest block; else from experience. */
  readonly isTried: boolean;
  /** What the same thing costs later on: opening a commitment. */
  readonly later?: { readonly pays: Wei; readonly gas: Wei };
  readonly balance: Wei;
}

export type StepStage =
  /** The wallet is being asked. */
  | "asked"
  /** The wallet was asked, and whether it sent is not known. */
  | "unsure"
  | "sent"
  /** A commitment that is too young. */
  | "waiting"
  /** A commitment that can be opened. */
  | "ready"
  /** A commitment that is too old. */
  | "expired"
  | "done"
  | "failed"
  | "replaced"
  | "lost";

export interface StepView {
  readonly id: string;
  readonly chain: number;
  readonly chainName: string;
  readonly title: string;
  readonly stage: StepStage;
  readonly said: string;
  readonly hash?: string;
  /** When a commitment can be opened, in milliseconds since 1970. */
  readonly opensAt?: number;
  /** When it can be opened no longer. */
  readonly until?: number;
}
