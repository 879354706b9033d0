import { fromString as bytesOfText, toString as textOfBytes } from "ox/Bytes";
import { sha256 } from "ox/Hash";
import { EtherlynkError } from "../errors.ts";
import { formatAddress, parseAddress } from "../number/address.ts";
import type { ByteText } from "../sip/message.ts";
import { formatBase64Url, parseBase64Url } from "./base64url.ts";
import { CanonicalError, formatCanonical, parseCanonical } from "./canonical-json.ts";
import { formatDelegation, type SignedDelegation } from "./delegation.ts";
import { isMediaKey, type MediaKey } from "./media-key.ts";
import { formatMembership, type SignedMembership } from "./membership.ts";
import { bytesOf } from "./signing-bytes.ts";

/**
 * What a device says and signs about a call: a PASSporT (RFC 8225) with ES256, in the `Identity` header (RFC 8224).
 * `etherlynk` goes with an INVITE, `rsp` with its 180 and 200. Beside the claims of RFC 8225 stand those of RFC 8055
 * (`sip_callid`, `sip_from_tag`) and ours. The key is not found by `x5u`: the wallet's delegation is a claim (`dlg`),
 * so that whoever takes it away breaks the signature, and nothing has to be fetched.
 */
export type Passport =
  | { readonly ppt: "etherlynk"; readonly claims: CallClaims }
  | { readonly ppt: "rsp"; readonly claims: AnswerClaims };

interface CommonClaims {
  /** SHA-256 of the whole body, base64url. */
  readonly bdy: string;
  /** Whom the call is to (To), as one canonical SIP URI. */
  readonly dest: { readonly uri: readonly string[] };
  /** The delegation of the device that signs, in its wire form. */
  readonly dlg: string;
  /** When, in seconds since 1970. */
  readonly iat: number;
  /** The DTLS certificates this device will use, and no other. */
  readonly mky: readonly MediaKey[];
  /** Whom the call is from (From), as one canonical SIP URI. */
  readonly orig: { readonly uri: string };
  readonly sip_callid: string;
}

export interface CallClaims extends CommonClaims {
  readonly sip_from_tag: string;
}

/** Of an answer, `orig` and `dest` stay those of the request; the signer speaks for `dest`. */
export interface AnswerClaims extends CommonClaims {
  /** SHA-256 of the request's PASSporT as it stood in the header, base64url. */
  readonly rsp: string;
  /** The status it goes with, so that an alerting cannot be made an answer. */
  readonly sts: number;
  /** The team's number that was called, as `div` (RFC 8946) names it, and the membership that lets this agent answer. */
  readonly div?: { readonly tn: string };
  readonly mbr?: string;
}

export interface CallFacts {
  /** SIP URIs of From and To. */
  readonly from: string;
  readonly to: string;
  readonly callId: ByteText;
  readonly fromTag: ByteText;
  readonly iat: number;
  readonly body: ByteText;
  readonly mediaKeys: readonly MediaKey[];
  readonly delegation: SignedDelegation;
}

/** What a device says about a call it places. */
export function toCallPassport(facts: CallFacts): Passport {
  const { from, to, callId, fromTag, iat, body, mediaKeys, delegation } = facts;
  const claims = {
    bdy: hashBody(body),
    dest: { uri: [canonicalUri(to)] },
    dlg: formatDelegation(delegation),
    iat,
    mky: mediaKeys,
    orig: { uri: canonicalUri(from) },
    sip_callid: callId,
    sip_from_tag: fromTag,
  };
  return { ppt: "etherlynk", claims };
}

export interface AnswerFacts {
  /** The request's own claims, and its PASSporT as text (the JWS of its header). */
  readonly request: CallClaims;
  readonly requestJws: string;
  readonly status: number;
  readonly iat: number;
  readonly body: ByteText;
  readonly mediaKeys: readonly MediaKey[];
  readonly delegation: SignedDelegation;
  /** Of an agent who answers for a team's number. */
  readonly membership?: SignedMembership;
}

/** What a device says about a call it answers. */
export function toAnswerPassport(facts: AnswerFacts): Passport {
  const { request, requestJws, status, iat, body, mediaKeys, delegation, membership } = facts;
  const team = membership && {
    div: { tn: membership.membership.number.slice(1) },
    mbr: formatMembership(membership),
  };
  const claims = {
    bdy: hashBody(body),
    dest: request.dest,
    dlg: formatDelegation(delegation),
    iat,
    mky: mediaKeys,
    orig: request.orig,
    rsp: hashPassport(requestJws),
    sip_callid: request.sip_callid,
    sts: status,
    ...team,
  };
  return { ppt: "rsp", claims };
}

/** The JWS signing input (RFC 7515 §5.1): header and claims in canonical JSON, base64url. ASCII. */
export function formatSigningInput(passport: Passport): string {
  const header = formatCanonical({ alg: "ES256", ppt: passport.ppt, typ: "passport" });
  const mky = passport.claims.mky.map(({ alg, dig }) => ({ alg, dig }));
  const claims = formatCanonical({ ...passport.claims, mky });
  return `${formatBase64Url(bytesOfText(header))}.${formatBase64Url(bytesOfText(claims))}`;
}

const LONGEST_PART = 12_288;

/**
 * Reads header and claims of a signing input. `undefined` where it is a PASSporT of another kind.
 *
 * @throws PassportError
 */
export function parseSigningInput(text: string): Passport | undefined {
  const [head = "", body = "", ...more] = text.split(".");
  const header = readPart(head);
  if (more.length > 0 || !isObject(header)) throw new PassportError();
  const { alg, ppt, typ, ...others } = header;
  if (typ !== "passport" || alg !== "ES256" || (ppt !== "etherlynk" && ppt !== "rsp")) return undefined;
  // A header of ours holds no more: `crit`, `x5u` or `jwk` would ask for what is not done here.
  if (Object.keys(others).length > 0) throw new PassportError();
  const claims = readPart(body);
  if (ppt === "etherlynk" && isCallClaims(claims)) return { ppt, claims };
  if (ppt === "rsp" && isAnswerClaims(claims)) return { ppt, claims };
  throw new PassportError();
}

/** SHA-256 of a body, base64url; of no body, of nothing. */
export function hashBody(body: ByteText): string {
  return formatBase64Url(sha256(bytesOf(body)));
}

/** SHA-256 of a PASSporT as it stands in its header, base64url. */
export function hashPassport(jws: string): string {
  return formatBase64Url(sha256(bytesOf(jws)));
}

/** A URI as claims state it: whom it names and where, without parameters, in one writing. */
export function canonicalUri(uri: string): string {
  return formatAddress(parseAddress(uri));
}

function isCallClaims(value: unknown): value is CallClaims {
  return isObject(value) && hasOnly(value, CALL_CLAIMS) && hasCommon(value) && isText(value["sip_from_tag"]);
}

function isAnswerClaims(value: unknown): value is AnswerClaims {
  if (!isObject(value) || !hasOnly(value, ANSWER_CLAIMS) || !hasCommon(value)) return false;
  const { rsp, sts, div, mbr } = value;
  const isTeam = isObject(div) && Object.keys(div).length === 1 && isText(div["tn"]) && isText(mbr, 8_192);
  return isHash(rsp) && isInteger(sts, 100, 699) && (isTeam || (div === undefined && mbr === undefined));
}

const COMMON_CLAIMS = ["bdy", "dest", "dlg", "iat", "mky", "orig", "sip_callid"];
const CALL_CLAIMS: ReadonlySet<string> = new Set([...COMMON_CLAIMS, "sip_from_tag"]);
const ANSWER_CLAIMS: ReadonlySet<string> = new Set([...COMMON_CLAIMS, "rsp", "sts", "div", "mbr"]);
const MOST_MEDIA_KEYS = 8;

function hasCommon(value: Record<string, unknown>): boolean {
  const { bdy, dest, dlg, iat, mky, orig, sip_callid } = value;
  return (
    isHash(bdy) &&
    isObject(dest) &&
    isOne(dest["uri"]) &&
    isObject(orig) &&
    isText(orig["uri"]) &&
    isText(dlg, 8_192) &&
    isInteger(iat, 0, Number.MAX_SAFE_INTEGER) &&
    Array.isArray(mky) &&
    mky.length > 0 &&
    mky.length <= MOST_MEDIA_KEYS &&
    mky.every(isMediaKey) &&
    isText(sip_callid)
  );
}

function readPart(part: string): unknown {
  const bytes = parseBase64Url(part, LONGEST_PART);
  if (bytes === undefined) throw new PassportError();
  try {
    return parseCanonical(textOfBytes(bytes), LONGEST_PART);
  } catch (cause) {
    if (cause instanceof CanonicalError) throw new PassportError({ cause });
    throw cause;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function hasOnly(value: Record<string, unknown>, names: ReadonlySet<string>): boolean {
  return Object.keys(value).every(name => names.has(name));
}

function isOne(value: unknown): boolean {
  return Array.isArray(value) && value.length === 1 && isText(value[0]);
}

function isText(value: unknown, longest = 1_200): boolean {
  return typeof value === "string" && value !== "" && value.length <= longest;
}

function isHash(value: unknown): boolean {
  return typeof value === "string" && value.length === 43 && parseBase64Url(value, 32) !== undefined;
}

function isInteger(value: unknown, least: number, most: number): boolean {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= least && value <= most;
}

export class PassportError extends EtherlynkError {
  constructor(options?: { cause?: unknown }) {
    super("passport.parse", "The caller's identity is malformed.", options);
  }
}
