import type { Hex } from "ox/Hex";
import { getSignPayload, hashStruct, type TypedData as OxTypedData } from "ox/TypedData";

/** One field of an EIP-712 type, as Solidity names it. */
export interface TypedField {
  readonly name: string;
  readonly type: string;
}

export type TypedFields = Readonly<Record<string, readonly TypedField[]>>;

/** A value of a typed message. Integers beyond 2^53 are decimal text, as wallets take them from JSON. */
export type TypedValue = string | number | { readonly [name: string]: TypedValue } | readonly TypedValue[];

/** A signed word before it is signed: its type, and what it says. */
export interface TypedWord {
  readonly primaryType: string;
  /** The type and those it holds, without the domain's. */
  readonly types: TypedFields;
  readonly message: Readonly<Record<string, TypedValue>>;
}

/** What a wallet gets in `eth_signTypedData_v4`: plain JSON. */
export interface TypedData extends TypedWord {
  readonly domain: {
    readonly name: string;
    readonly version: string;
    readonly chainId: number;
    /** Of words that one contract reads; others, such as delegations, are no contract's. */
    readonly verifyingContract?: Hex;
  };
}

/** Where a word counts that a contract reads. */
export interface ContractPlace {
  readonly chainId: number;
  readonly contract: Hex;
}

const DOMAIN_FIELDS: readonly TypedField[] = [
  { name: "name", type: "string" },
  { name: "version", type: "string" },
  { name: "chainId", type: "uint256" },
];

/** A word as the wallet is asked to sign it, on one chain. */
export function toTypedData(word: TypedWord, chainId: number): TypedData {
  return {
    domain: { name: "Etherlynk", version: "1", chainId },
    types: { EIP712Domain: DOMAIN_FIELDS, ...word.types },
    primaryType: word.primaryType,
    message: word.message,
  };
}

/** A word as the wallet is asked to sign it, for one contract on one chain. */
export function toContractTypedData(word: TypedWord, place: ContractPlace): TypedData {
  const { domain, types, ...rest } = toTypedData(word, place.chainId);
  return {
    ...rest,
    domain: { ...domain, verifyingContract: place.contract },
    types: { ...types, EIP712Domain: [...DOMAIN_FIELDS, { name: "verifyingContract", type: "address" }] },
  };
}

/** The 32 bytes a wallet signs: keccak256(0x1901, domain, message), EIP-712. */
export function digestOf(word: TypedWord, chainId: number): Hex {
  return payloadOf(toTypedData(word, chainId));
}

/** The same for a word that one contract reads. */
export function contractDigestOf(word: TypedWord, place: ContractPlace): Hex {
  return payloadOf(toContractTypedData(word, place));
}

/** keccak256 of one struct, without domain: how other words and contracts refer to it. */
export function structHashOf(word: TypedWord): Hex {
  const data = withBigInts(word.message, word.types[word.primaryType] ?? [], word.types);
  return hashStruct({ data, primaryType: word.primaryType, types: word.types as OxTypedData });
}

function payloadOf({ domain, types, primaryType, message: plain }: TypedData): Hex {
  const message = withBigInts(plain, types[primaryType] ?? [], types);
  return getSignPayload<OxTypedData, string>({ domain, types: types as OxTypedData, primaryType, message });
}

/** Integers as bigint, which is what the hashing library wants; everything else as it is. */
function withBigInts(
  message: Readonly<Record<string, TypedValue>>,
  fields: readonly TypedField[],
  types: TypedFields,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const { name, type } of fields) {
    const value = message[name];
    if (value === undefined) throw new Error(`This word lacks its field ${name}.`);
    result[name] = withBigInt(value, type, types);
  }
  return result;
}

function withBigInt(value: TypedValue, type: string, types: TypedFields): unknown {
  if (isList(value)) return value.map(item => withBigInt(item, type.replace(/\[\]$/, ""), types));
  if (typeof value === "object") return withBigInts(value, types[type] ?? [], types);
  return /^u?int/.test(type) ? BigInt(value) : value;
}

function isList(value: TypedValue): value is readonly TypedValue[] {
  return Array.isArray(value);
}
