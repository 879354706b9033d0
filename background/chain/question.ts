import * as AbiParameters from "ox/AbiParameters";
import type { AccountText } from "../../protocol/number/address.ts";
import type { Hex } from "./chain.ts";
import { malformed } from "./json-rpc.ts";
import { resolveLensCode } from "./lens/resolve-lens.ts";

/** What one chain is asked: exactly one of name, number and account. */
export type Subject =
  /** Normalised. */
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "number"; readonly token: bigint }
  | { readonly kind: "account"; readonly account: AccountText };

export interface Contracts {
  readonly ens?: AccountText;
  readonly numbers?: AccountText;
  readonly clients?: AccountText;
}

/** Calls with which a gateway's answers go back to the resolver that asked for them: of the address, of the number. */
export interface Resumed {
  readonly resolver: AccountText;
  readonly calls: readonly [Hex, Hex];
}

/** `Answer` of ResolveLens.sol. */
export interface Answer {
  readonly name: string;
  readonly ens: {
    readonly resolver: AccountText;
    readonly owner: AccountText;
    readonly account: AccountText;
    readonly number: string;
    readonly expires: bigint;
    readonly lookups: readonly [Hex, Hex];
  };
  readonly number: bigint;
  readonly numberEntry: Hex;
  readonly account: AccountText;
  readonly reverse: string;
  readonly client: Hex;
}

export const nobody: AccountText = "0x0000000000000000000000000000000000000000";

/** The lens with a question behind it, as it is sent. */
export function encodeQuestion(
  { ens = nobody, numbers = nobody, clients = nobody }: Contracts,
  subject: Subject,
  resumed: Resumed = { resolver: nobody, calls: ["0x", "0x"] },
): Hex {
  const question = {
    ...{ ens, numbers, clients, resumed },
    name: subject.kind === "name" ? subject.name : "",
    number: subject.kind === "number" ? subject.token : 0n,
    account: subject.kind === "account" ? subject.account : nobody,
  };
  return `${resolveLensCode}${AbiParameters.encode([questionType], [question]).slice(2)}`;
}

/**
 * @throws ChainError where it is no answer of the lens
 */
export function decodeAnswer(data: Hex): Answer {
  try {
    const [answer] = AbiParameters.decode([answerType], data, { checksumAddress: true });
    return answer;
  } catch (cause) {
    throw malformed(cause);
  }
}

const questionType = {
  type: "tuple",
  components: [
    { name: "ens", type: "address" },
    { name: "numbers", type: "address" },
    { name: "clients", type: "address" },
    { name: "name", type: "string" },
    { name: "number", type: "uint256" },
    { name: "account", type: "address" },
    {
      name: "resumed",
      type: "tuple",
      components: [
        { name: "resolver", type: "address" },
        { name: "calls", type: "bytes[2]" },
      ],
    },
  ],
} as const;

const answerType = {
  type: "tuple",
  components: [
    { name: "name", type: "string" },
    {
      name: "ens",
      type: "tuple",
      components: [
        { name: "resolver", type: "address" },
        { name: "owner", type: "address" },
        { name: "account", type: "address" },
        { name: "number", type: "string" },
        { name: "expires", type: "uint256" },
        { name: "lookups", type: "bytes[2]" },
      ],
    },
    { name: "number", type: "uint256" },
    { name: "numberEntry", type: "bytes" },
    { name: "account", type: "address" },
    { name: "reverse", type: "string" },
    { name: "client", type: "bytes" },
  ],
} as const;
