import { concat, fromHex, fromNumber, toBigInt, toHex } from "ox/Bytes";
import type { Hex } from "ox/Hex";
import { EtherlynkError } from "../errors.ts";
import { type AccountText, parseAccount } from "../number/address.ts";
import { fromTokenId, isNumber, NumberError, type NumberText, toTokenId } from "../number/number.ts";
import { formatBase64Url, parseBase64Url } from "./base64url.ts";
import { digestOf, type TypedData, type TypedWord, toTypedData } from "./typed-word.ts";

/**
 * The word of a number's owner that an agent may answer for it. Who signed it must own the number now: a sale
 * ends it by itself. Times are seconds since 1970.
 */
export interface Membership {
  readonly number: NumberText;
  readonly agent: AccountText;
  readonly role: Role;
  readonly expiry: number;
}

export interface SignedMembership {
  readonly membership: Membership;
  readonly chainId: number;
  readonly signature: Hex;
}

/** What a member is to a team. The numbers are part of what wallets signed: never reuse one. */
const roles = { agent: 1, lead: 2, machine: 3 } as const;

export type Role = keyof typeof roles;

const FIELDS = [
  { name: "number", type: "uint256" },
  { name: "agent", type: "address" },
  { name: "role", type: "uint8" },
  { name: "expiry", type: "uint64" },
] as const;

export function toMembershipTypedData(membership: Membership, chainId: number): TypedData {
  return toTypedData(toWord(membership), chainId);
}

/** The 32 bytes the owner's wallet signs; recovering who signed them is an effect. */
export function digestMembership(membership: Membership, chainId: number): Hex {
  return digestOf(toWord(membership), chainId);
}

// Version, chain, number, agent, role, expiry; the signature fills the rest.
const VERSION = 1;
const HEAD_BYTES = 1 + 8 + 8 + 20 + 1 + 8;
const SIGNATURE_BYTES = 2_048;

/** A signed membership as one word of base64url, for a claim. */
export function formatMembership(signed: SignedMembership): string {
  const { membership, chainId, signature } = signed;
  return formatBase64Url(
    concat(
      Uint8Array.of(VERSION),
      fromNumber(chainId, { size: 8 }),
      fromNumber(toTokenId(membership.number), { size: 8 }),
      fromHex(membership.agent),
      Uint8Array.of(roles[membership.role]),
      fromNumber(membership.expiry, { size: 8 }),
      fromHex(signature),
    ),
  );
}

/**
 * Reads a signed membership.
 *
 * @throws MembershipError
 */
export function parseMembership(text: string): SignedMembership {
  const bytes = parseBase64Url(text, HEAD_BYTES + SIGNATURE_BYTES);
  if (bytes === undefined || bytes.length <= HEAD_BYTES || bytes[0] !== VERSION) throw new MembershipError();
  const chainId = Number(toBigInt(bytes.subarray(1, 9)));
  const membership = {
    number: readNumber(toBigInt(bytes.subarray(9, 17))),
    agent: parseAccount(toHex(bytes.subarray(17, 37))),
    role: toRole(bytes[37]),
    expiry: Number(toBigInt(bytes.subarray(38, 46))),
  };
  if (!Number.isSafeInteger(chainId) || chainId < 1 || !isMembership(membership)) throw new MembershipError();
  return { membership, chainId, signature: toHex(bytes.subarray(HEAD_BYTES)) };
}

export function isMembership(value: unknown): value is Membership {
  if (typeof value !== "object" || value === null) return false;
  const it = value as Partial<Record<keyof Membership, unknown>>;
  return (
    isNumber(it.number) &&
    typeof it.agent === "string" &&
    /^0x[0-9a-fA-F]{40}$/.test(it.agent) &&
    typeof it.role === "string" &&
    Object.hasOwn(roles, it.role) &&
    typeof it.expiry === "number" &&
    Number.isSafeInteger(it.expiry) &&
    it.expiry >= 0
  );
}

export interface MembershipQuestion {
  readonly now: number;
  readonly chainId: number;
  readonly number: NumberText;
  /** The account whose device answered. */
  readonly agent: AccountText;
}

export type MembershipOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly why: keyof typeof sentences; readonly sentence: string };

/** Whether a membership lets an agent answer for a number now. That its signer owns the number is asked of the chain. */
export function checkMembership(signed: SignedMembership, question: MembershipQuestion): MembershipOutcome {
  const { membership, chainId } = signed;
  if (chainId !== question.chainId) return refuse("chain");
  if (membership.number !== question.number) return refuse("number");
  if (membership.agent.toLowerCase() !== question.agent.toLowerCase()) return refuse("agent");
  return membership.expiry <= question.now ? refuse("expired") : { ok: true };
}

const sentences = {
  chain: "This membership was signed for another chain.",
  number: "This membership is of another number.",
  agent: "This membership is another agent's.",
  expired: "This membership has ended. The number's owner can renew it.",
} as const;

function refuse(why: keyof typeof sentences): MembershipOutcome {
  return { ok: false, why, sentence: sentences[why] };
}

function toWord(membership: Membership): TypedWord {
  return {
    primaryType: "Membership",
    types: { Membership: FIELDS },
    message: {
      number: String(toTokenId(membership.number)),
      agent: membership.agent,
      role: roles[membership.role],
      expiry: membership.expiry,
    },
  };
}

function toRole(code: number | undefined): Role | undefined {
  if (code === roles.agent) return "agent";
  if (code === roles.lead) return "lead";
  return code === roles.machine ? "machine" : undefined;
}

function readNumber(tokenId: bigint): NumberText {
  try {
    return fromTokenId(tokenId);
  } catch (cause) {
    if (cause instanceof NumberError) throw new MembershipError({ cause });
    throw cause;
  }
}

export class MembershipError extends EtherlynkError {
  constructor(options?: { cause?: unknown }) {
    super("membership.parse", "This is no membership of a number's team.", options);
  }
}
