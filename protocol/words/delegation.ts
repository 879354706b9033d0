import { concat, fromHex, fromNumber, toBigInt, toHex } from "ox/Bytes";
import type { Hex } from "ox/Hex";
import { EtherlynkError } from "../errors.ts";
import { type AccountText, parseAccount } from "../number/address.ts";
import { formatBase64Url, parseBase64Url } from "./base64url.ts";
import { isP256Key, type P256Key } from "./p256-key.ts";
import { digestOf, type TypedData, type TypedWord, toTypedData } from "./typed-word.ts";

/**
 * The wallet's word that a device may act for its account. The wallet signs it once (EIP-712); from then on the
 * device signs with `signKey`, and what is sealed for it is sealed to `sealKey`. Times are seconds since 1970.
 */
export interface Delegation {
  readonly account: AccountText;
  readonly signKey: P256Key;
  readonly sealKey: P256Key;
  /** What the device may do: bits of `scopes`. */
  readonly scopes: number;
  /** Of the account when it was signed; 0 until the chain keeps it. A higher one on the chain ends this word. */
  readonly accountEpoch: number;
  readonly issued: number;
  readonly expiry: number;
}

/** A delegation as it travels: with the chain it was signed for, and the wallet's signature. */
export interface SignedDelegation {
  readonly delegation: Delegation;
  readonly chainId: number;
  /** 65 bytes of an EOA; of a smart account (ERC-1271, ERC-6492) what it takes. */
  readonly signature: Hex;
}

/** What a device may be allowed. The bits are part of what wallets signed: never reuse one. */
export const scopes = {
  register: 1,
  invite: 2,
  answer: 4,
  message: 8,
  voucher: 16,
  receipt: 32,
  rating: 64,
} as const;

export type Scope = keyof typeof scopes;

export const delegationLimits = {
  /** A lost device that nobody revoked ends by itself: a year and a leap day. */
  lifetimeSeconds: 366 * 86_400,
  /** The wallet's machine may have a clock that is fast by some minutes. */
  earlySeconds: 600,
  /** An ERC-6492 signature carries a factory call and a passkey's answer: some 1.5 KB. */
  signatureBytes: 2_048,
} as const;

const FIELDS = [
  { name: "account", type: "address" },
  { name: "signKeyX", type: "bytes32" },
  { name: "signKeyY", type: "bytes32" },
  { name: "sealKeyX", type: "bytes32" },
  { name: "sealKeyY", type: "bytes32" },
  { name: "scopes", type: "uint32" },
  { name: "accountEpoch", type: "uint64" },
  { name: "issued", type: "uint64" },
  { name: "expiry", type: "uint64" },
] as const;

/** What the wallet is asked to sign, for `eth_signTypedData_v4`. */
export function toDelegationTypedData(delegation: Delegation, chainId: number): TypedData {
  return toTypedData(toWord(delegation), chainId);
}

/** The 32 bytes the wallet signs. Recovering who signed them is an effect (`ox` Secp256k1, or ERC-1271). */
export function digestDelegation(delegation: Delegation, chainId: number): Hex {
  return digestOf(toWord(delegation), chainId);
}

/** The bits of some scopes. */
export function toScopeBits(names: readonly Scope[]): number {
  return names.reduce((bits, name) => bits | scopes[name], 0);
}

// Version, chain, account, two keys, scopes, three numbers of 64 bits; the signature fills the rest.
const VERSION = 1;
const HEAD_BYTES = 1 + 8 + 20 + 4 * 32 + 4 + 3 * 8;

/** A signed delegation as one word of base64url, for a SIP header or a claim: 334 characters with an EOA's signature. */
export function formatDelegation(signed: SignedDelegation): string {
  const { delegation, chainId, signature } = signed;
  return formatBase64Url(
    concat(
      Uint8Array.of(VERSION),
      fromNumber(chainId, { size: 8 }),
      fromHex(delegation.account),
      fromHex(delegation.signKey.x),
      fromHex(delegation.signKey.y),
      fromHex(delegation.sealKey.x),
      fromHex(delegation.sealKey.y),
      fromNumber(delegation.scopes, { size: 4 }),
      fromNumber(delegation.accountEpoch, { size: 8 }),
      fromNumber(delegation.issued, { size: 8 }),
      fromNumber(delegation.expiry, { size: 8 }),
      fromHex(signature),
    ),
  );
}

/**
 * Reads a signed delegation. That it is well formed says nothing about its signature, its time or its epoch.
 *
 * @throws DelegationError
 */
export function parseDelegation(text: string): SignedDelegation {
  const bytes = parseBase64Url(text, HEAD_BYTES + delegationLimits.signatureBytes);
  if (bytes === undefined || bytes.length <= HEAD_BYTES || bytes[0] !== VERSION) throw new DelegationError();
  let at = 1;
  const take = (size: number) => {
    at += size;
    return bytes.subarray(at - size, at);
  };
  const number = (size: number) => Number(toBigInt(take(size)));
  const chainId = number(8);
  const delegation = {
    account: parseAccount(toHex(take(20))),
    signKey: { x: toHex(take(32)), y: toHex(take(32)) },
    sealKey: { x: toHex(take(32)), y: toHex(take(32)) },
    scopes: number(4),
    accountEpoch: number(8),
    issued: number(8),
    expiry: number(8),
  };
  if (!Number.isSafeInteger(chainId) || chainId < 1 || !isDelegation(delegation)) throw new DelegationError();
  return { delegation, chainId, signature: toHex(bytes.subarray(HEAD_BYTES)) };
}

export function isDelegation(value: unknown): value is Delegation {
  if (typeof value !== "object" || value === null) return false;
  const it = value as Partial<Record<keyof Delegation, unknown>>;
  return (
    isAccount(it.account) &&
    isP256Key(it.signKey) &&
    isP256Key(it.sealKey) &&
    isUint(it.scopes, 0xffff_ffff) &&
    isUint(it.accountEpoch) &&
    isUint(it.issued) &&
    isUint(it.expiry)
  );
}

/** What a delegation is asked to allow, and what is known about chain and time. */
export interface DelegationQuestion {
  /** Seconds since 1970, of a clock that is right. */
  readonly now: number;
  readonly chainId: number;
  readonly scope: Scope;
  /** The account's epoch on the chain; 0 where no chain keeps one. */
  readonly accountEpoch: number;
}

export type DelegationOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly why: keyof typeof sentences; readonly sentence: string };

/** Whether a delegation allows something now. Its signature is not looked at here. */
export function checkDelegation(signed: SignedDelegation, question: DelegationQuestion): DelegationOutcome {
  const { delegation, chainId } = signed;
  const { now } = question;
  if (chainId !== question.chainId) return refuse("chain");
  if (delegation.issued > now + delegationLimits.earlySeconds) return refuse("early");
  if (delegation.expiry <= now) return refuse("expired");
  if (delegation.expiry - delegation.issued > delegationLimits.lifetimeSeconds) return refuse("long");
  // An epoch above the chain's was never the account's either.
  if (delegation.accountEpoch !== question.accountEpoch) return refuse("epoch");
  return (delegation.scopes & scopes[question.scope]) === 0 ? refuse("scope") : { ok: true };
}

const sentences = {
  chain: "This device was allowed on another chain. Sign in again.",
  early:
    "This device's permission begins in the future. Set the clock of the device right, and sign in again.",
  expired: "This device's permission has ended. Sign in again.",
  long: "This device's permission lasts longer than a year. Sign in again.",
  epoch: "The account has ended the permissions of its old devices. Sign in again.",
  scope: "This device is not allowed to do that.",
} as const;

function refuse(why: keyof typeof sentences): DelegationOutcome {
  return { ok: false, why, sentence: sentences[why] };
}

function toWord(delegation: Delegation): TypedWord {
  const { account, signKey, sealKey, scopes: bits, accountEpoch, issued, expiry } = delegation;
  return {
    primaryType: "Delegation",
    types: { Delegation: FIELDS },
    message: {
      account,
      signKeyX: signKey.x,
      signKeyY: signKey.y,
      sealKeyX: sealKey.x,
      sealKeyY: sealKey.y,
      scopes: bits,
      accountEpoch,
      issued,
      expiry,
    },
  };
}

function isAccount(value: unknown): value is AccountText {
  return typeof value === "string" && /^0x[0-9a-fA-F]{40}$/.test(value);
}

function isUint(value: unknown, most = Number.MAX_SAFE_INTEGER): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= most;
}

export class DelegationError extends EtherlynkError {
  constructor() {
    super("delegation.parse", "This is no delegation of a device. Sign in again with the wallet.");
  }
}
