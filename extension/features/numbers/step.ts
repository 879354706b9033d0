import type { Hex } from "../../../background/chain/chain.ts";
import { isRecord } from "../../../protocol/bus/plain.ts";
import type { AccountText } from "../../../protocol/number/address.ts";
import { formatNumber, isNumber, type NumberText } from "../../../protocol/number/number.ts";
import { exactAmount } from "./amounts.ts";
import type { Tx } from "./follow.ts";
import type { RecordsView, Wei } from "./model.ts";

/** What is done, with all that it takes. */
export type Act =
  | {
      readonly kind: "claim";
      readonly numbers: readonly NumberText[];
      readonly secret: Hex;
      readonly fee: Wei;
    }
  | { readonly kind: "name"; readonly number: NumberText; readonly name: string }
  | {
      readonly kind: "ens-name";
      readonly number: NumberText;
      readonly name: string;
      readonly resolver: AccountText;
    }
  | {
      readonly kind: "records";
      readonly number: NumberText;
      readonly records: RecordsView & { readonly name: string };
      readonly part: "policy" | "profile" | "routes" | "all";
    }
  | { readonly kind: "list"; readonly number: NumberText; readonly price: Wei }
  | { readonly kind: "cancel"; readonly number: NumberText }
  | {
      readonly kind: "buy";
      readonly number: NumberText;
      readonly price: Wei;
      readonly seller: AccountText;
    }
  | { readonly kind: "transfer"; readonly number: NumberText; readonly to: AccountText }
  | { readonly kind: "withdraw"; readonly amount: Wei };

/** Something that a wallet was asked to send, and what became of it. Sealed in the store until it is forgotten. */
export interface Step {
  readonly id: string;
  readonly chain: number;
  readonly account: AccountText;
  /** In milliseconds since 1970. */
  readonly at: number;
  /** The newest block before the wallet was asked. */
  readonly startBlock: string;
  readonly act: Act;
  /** The wallet was asked and has not answered; `unsure` where its answer was lost. */
  readonly asking?: "asked" | "unsure" | undefined;
  /** When it was asked, in milliseconds since 1970. */
  readonly askedAt?: number;
  /** Of a claim: what the wallet was asked last opens the commitment. */
  readonly opens?: boolean;
  /** Of a claim: the commitment. */
  readonly commit?: {
    readonly tx?: Tx;
    /** Seconds since 1970, as the chain holds it now. */
    readonly madeAt?: number | undefined;
    /** Its transaction is in a block, and the chain holds it no more: a later one took its place. */
    readonly isGone?: boolean;
  };
  /** The transaction; of a claim the one that opens the commitment. */
  readonly tx?: Tx;
  /** The chain shows its effect; which transaction it was is not known. */
  readonly isFound?: boolean;
  /** Of a claim: the person was told that it can be opened. */
  readonly isTold?: boolean;
}

/** The transaction that is under way, or was the last. */
export function txOf({ tx, commit }: Step): Tx | undefined {
  return tx ?? commit?.tx;
}

/** What was stored, where it is a step; sealed, so nobody else has written it. */
export function readStep(stored: unknown): Step | undefined {
  if (!isRecord(stored) || typeof stored["id"] !== "string") return undefined;
  const { act, chain, account, at } = stored;
  if (typeof chain !== "number" || typeof account !== "string" || typeof at !== "number") return undefined;
  if (typeof stored["startBlock"] !== "string") return undefined;
  if (!isRecord(act) || !isKind(act["kind"])) return undefined;
  const numbers = act["kind"] === "claim" ? act["numbers"] : [];
  if (!Array.isArray(numbers) || !numbers.every(isNumber)) return undefined;
  return stored as unknown as Step;
}

/**
 * What a step is about, in a few words.
 *
 * @example
 * titleOf({ kind: "cancel", number: "+9991234" }, "ETH") // "Take +999 1234 off the market"
 */
export function titleOf(act: Act, currency: string): string {
  switch (act.kind) {
    case "claim":
      return `Claim ${listInWords(act.numbers)}`;
    case "name":
      return act.name === ""
        ? `Take the name away from ${formatNumber(act.number)}`
        : `${formatNumber(act.number)} claims ${act.name}`;
    case "ens-name":
      return `${act.name} claims ${formatNumber(act.number)}`;
    case "records":
      return `Change the records of ${formatNumber(act.number)}`;
    case "list":
      return `Offer ${formatNumber(act.number)} for ${exactAmount(act.price, currency)}`;
    case "cancel":
      return `Take ${formatNumber(act.number)} off the market`;
    case "buy":
      return `Buy ${formatNumber(act.number)} for ${exactAmount(act.price, currency)}`;
    case "transfer":
      return `Give ${formatNumber(act.number)} away`;
    case "withdraw":
      return `Take out ${exactAmount(act.amount, currency)} of earnings`;
  }
}

/** What saying yes in the wallet does. `opens`: a commitment is opened, else it is made. */
export function actInWords(act: Act, opens: boolean, currency: string): readonly string[] {
  switch (act.kind) {
    case "claim":
      return opens
        ? [
            `Your commitment is opened, and ${listInWords(act.numbers)} ${act.numbers.length > 1 ? "become" : "becomes"} yours.`,
            "The fee goes to the treasury of the Numbers, once; nothing is due later.",
          ]
        : [
            "A commitment is put on the chain that hides which numbers you want. It costs gas alone.",
            "After a short wait a second transaction opens it, and pays the fee. Until then nobody can claim ahead of you, because nobody knows.",
          ];
    case "name":
      return act.name === ""
        ? ["The number claims no name any more. The name itself is not changed."]
        : [
            `The number says that it is called ${act.name}.`,
            "It counts once the name says that it has this number; both halves are needed.",
          ];
    case "ens-name":
      return [
        `The text record “etherlynk” of ${act.name} is set to ${act.number}, at the name's resolver in ENS.`,
        "Whoever looks the name up finds your number.",
      ];
    case "records":
      return ["What the number says in public is changed. Whoever looks it up reads it; it is no secret."];
    case "list":
      return [
        `Anybody can buy the number for exactly ${exactAmount(act.price, currency)}, at any time from then on, without asking you again.`,
        "With the sale it is the buyer's at once: calls to it no longer reach you. Until then it stays yours.",
      ];
    case "cancel":
      return ["Nobody can buy the number any more. It stays yours."];
    case "buy":
      return [
        `${exactAmount(act.price, currency)} are paid to ${act.seller}, and the number is yours at once.`,
        "Name, records and offer of the seller end with the sale; it begins empty.",
      ];
    case "transfer":
      return [
        `The number belongs to ${act.to} from then on. It cannot be taken back.`,
        "Its name, records and offer end, and calls to it no longer reach you.",
      ];
    case "withdraw":
      return [`${exactAmount(act.amount, currency)} that sales earned you are paid to your account.`];
  }
}

const kinds: Readonly<Record<Act["kind"], true>> = {
  ...{ claim: true, name: true, "ens-name": true, records: true, list: true },
  ...{ cancel: true, buy: true, transfer: true, withdraw: true },
};

function isKind(value: unknown): value is Act["kind"] {
  return typeof value === "string" && Object.hasOwn(kinds, value);
}

function listInWords(numbers: readonly NumberText[]): string {
  const written = numbers.map(formatNumber);
  if (written.length > 3) return `${written[0]}, ${written[1]} and ${written.length - 2} more numbers`;
  return written.length < 2 ? written.join("") : `${written.slice(0, -1).join(", ")} and ${written.at(-1)}`;
}
