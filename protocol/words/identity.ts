import { type AccountText, AddressError, parseAddress } from "../number/address.ts";
import type { ByteText } from "../sip/message.ts";
import { formatBase64Url, parseBase64Url } from "./base64url.ts";
import { DelegationError, parseDelegation, type SignedDelegation } from "./delegation.ts";
import { MembershipError, parseMembership, type SignedMembership } from "./membership.ts";
import { thumbprint } from "./p256-key.ts";
import {
  type AnswerClaims,
  type CallClaims,
  canonicalUri,
  formatSigningInput,
  hashBody,
  hashPassport,
  type Passport,
  PassportError,
  parseSigningInput,
} from "./passport.ts";

/** A PASSporT out of an `Identity` header, before its signature is checked. */
export interface Identity {
  readonly passport: Passport;
  readonly delegation: SignedDelegation;
  /** Of an agent who answers for a team. */
  readonly membership?: SignedMembership;
  /** The JWS as it stood there: what an answer hashes. */
  readonly jws: string;
  /** What was signed, in ASCII, and the signature over it (r and s, 64 bytes), to check with `delegation.signKey`. */
  readonly signingInput: string;
  readonly signature: Uint8Array;
}

const LONGEST_HEADER = 24_576;
const SIGNATURE_BYTES = 64;
// RFC 9278: the key's thumbprint as a URI, since RFC 8224 §4 demands an `info` and there is nothing to fetch.
const THUMBPRINT_URN = "urn:ietf:params:oauth:jwk-thumbprint:sha-256:";

/** The value of an `Identity` header (RFC 8224 §4) for a signed PASSporT. */
export function formatIdentity(passport: Passport, signature: Uint8Array): ByteText {
  const { delegation } = parseDelegation(passport.claims.dlg);
  const jws = `${formatSigningInput(passport)}.${formatBase64Url(signature)}`;
  return `${jws};info=<${THUMBPRINT_URN}${thumbprint(delegation.signKey)}>;alg=ES256;ppt=${passport.ppt}`;
}

/**
 * Reads the value of an `Identity` header. `undefined` where it is a PASSporT of another kind, as a gateway may add.
 *
 * @throws PassportError
 */
export function parseIdentity(value: ByteText): Identity | undefined {
  if (value.length > LONGEST_HEADER) throw new PassportError();
  const [jws = "", ...params] = value.trim().split(/[ \t]*;[ \t]*/);
  const cut = jws.lastIndexOf(".");
  const signingInput = jws.slice(0, Math.max(cut, 0));
  const passport = parseSigningInput(signingInput);
  if (passport === undefined) return undefined;
  const signature = parseBase64Url(jws.slice(cut + 1), SIGNATURE_BYTES);
  if (signature?.length !== SIGNATURE_BYTES) throw new PassportError();
  const words = readWords(passport);
  checkParams(params, passport.ppt, thumbprint(words.delegation.delegation.signKey));
  return { passport, ...words, jws, signingInput, signature };
}

/** What a call's message says, beside its PASSporT. */
export interface CallMessage {
  readonly from: string;
  readonly to: string;
  readonly callId: ByteText;
  readonly fromTag: ByteText;
  readonly body: ByteText;
  /** Seconds since 1970, of a clock that is right. */
  readonly now: number;
}

/** What an answer's message says, and the identity the request was sent with. */
export interface AnswerMessage {
  readonly request: Identity;
  readonly status: number;
  readonly body: ByteText;
  readonly now: number;
}

export type IdentityOutcome =
  | { readonly ok: true }
  | { readonly ok: false; readonly why: keyof typeof sentences; readonly sentence: string };

/**
 * Whether an identity belongs to this INVITE and this minute. Signature and delegation are checked apart; that a
 * name or number is the signer's is asked of the chain.
 */
export function checkCallIdentity({ passport, delegation }: Identity, message: CallMessage): IdentityOutcome {
  if (passport.ppt !== "etherlynk") return refuse("kind");
  const { claims } = passport;
  if (!isFresh(claims.iat, message.now)) return refuse("time");
  if (claims.sip_callid !== message.callId || claims.sip_from_tag !== message.fromTag) return refuse("call");
  if (!isUri(claims.orig.uri, message.from)) return refuse("from");
  if (!isUri(claims.dest.uri[0], message.to)) return refuse("to");
  if (claims.bdy !== hashBody(message.body)) return refuse("body");
  return speaksFor(delegation.delegation.account, claims.orig.uri) ? { ok: true } : refuse("account");
}

/** Whether an identity answers this request, with this status and body, in this minute. */
export function checkAnswerIdentity(identity: Identity, message: AnswerMessage): IdentityOutcome {
  const { passport, delegation, membership } = identity;
  const asked = message.request.passport.claims;
  if (passport.ppt !== "rsp") return refuse("kind");
  const { claims } = passport;
  if (!isFresh(claims.iat, message.now)) return refuse("time");
  if (claims.rsp !== hashPassport(message.request.jws) || claims.sip_callid !== asked.sip_callid)
    return refuse("call");
  if (claims.orig.uri !== asked.orig.uri) return refuse("from");
  if (claims.dest.uri[0] !== asked.dest.uri[0]) return refuse("to");
  if (claims.sts !== message.status) return refuse("status");
  if (claims.bdy !== hashBody(message.body)) return refuse("body");
  if (membership !== undefined && !isOfTeam(membership, claims, delegation)) return refuse("team");
  return speaksFor(delegation.delegation.account, claims.dest.uri[0]) ? { ok: true } : refuse("account");
}

/** What makes a second arrival of the same call a replay; kept until `iat` is stale. */
export function replayKey(claims: CallClaims): string {
  return JSON.stringify([claims.sip_callid, claims.sip_from_tag, claims.iat]);
}

/** Seconds an `iat` may lie before or behind (RFC 8224 §6.2 asks for about a minute). */
export const freshSeconds = 60;

const sentences = {
  kind: "This identity is of another kind of message.",
  time: "This identity is not of this minute. Set the clock right, and call again.",
  call: "This identity is of another call.",
  from: "This identity names another caller than the message.",
  to: "This identity is for somebody else.",
  status: "This identity is of another answer.",
  body: "The message was changed on its way.",
  account: "The device belongs to another account than the one it speaks for.",
  team: "The membership is of another number or another agent than this answer.",
} as const;

function refuse(why: keyof typeof sentences): IdentityOutcome {
  return { ok: false, why, sentence: sentences[why] };
}

function isFresh(iat: number, now: number): boolean {
  return Math.abs(now - iat) <= freshSeconds;
}

function isUri(claimed: string | undefined, stated: string): boolean {
  try {
    return claimed === canonicalUri(stated);
  } catch (error) {
    if (error instanceof AddressError) return false;
    throw error;
  }
}

function isOfTeam(
  { membership }: SignedMembership,
  claims: AnswerClaims,
  { delegation }: SignedDelegation,
): boolean {
  return `+${claims.div?.tn}` === membership.number && membership.agent === delegation.account;
}

/** An address that is an account needs no chain: the device's account must be it. */
function speaksFor(account: AccountText, uri: string | undefined): boolean {
  const { target } = parseAddress(uri ?? "");
  return target.kind !== "account" || target.account === account;
}

function readWords({ claims }: Passport): { delegation: SignedDelegation; membership?: SignedMembership } {
  try {
    // The claims' own addresses must be readable and in their one writing, or two writings would name one person.
    const uris = [claims.orig.uri, claims.dest.uri[0] ?? ""];
    if (uris.some(uri => canonicalUri(uri) !== uri)) throw new PassportError();
    const delegation = parseDelegation(claims.dlg);
    const mbr = (claims as Partial<AnswerClaims>).mbr;
    return mbr === undefined ? { delegation } : { delegation, membership: parseMembership(mbr) };
  } catch (cause) {
    const isForeign =
      cause instanceof DelegationError || cause instanceof MembershipError || cause instanceof AddressError;
    if (isForeign) throw new PassportError({ cause });
    throw cause;
  }
}

/** RFC 8224 §6.2.2 (step 2) and our own rule: the parameters say the same as what is signed. */
function checkParams(params: readonly string[], ppt: string, thumb: string): void {
  const found = new Map<string, string>();
  for (const param of params) {
    const [, name = "", value = ""] = /^([a-z]+)[ \t]*=[ \t]*(.*)$/i.exec(param) ?? [];
    if (name === "" || found.has(name.toLowerCase())) throw new PassportError();
    found.set(name.toLowerCase(), value.replace(/^"(.*)"$/, "$1"));
  }
  const isSame =
    found.get("info") === `<${THUMBPRINT_URN}${thumb}>` &&
    (found.get("alg") ?? "ES256") === "ES256" &&
    (found.get("ppt") ?? ppt) === ppt;
  if (!isSame) throw new PassportError();
}
