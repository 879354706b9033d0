import { EtherlynkError } from "../errors.ts";
import type { ByteText } from "../sip/message.ts";
import { formatAuthParams, parseAuthParams } from "./auth-params.ts";
import { formatBase64Url, parseBase64Url } from "./base64url.ts";
import { formatDelegation, parseDelegation, type SignedDelegation } from "./delegation.ts";
import { signingBytes } from "./signing-bytes.ts";

/**
 * How a device proves itself to a node. A node answers 401 with a challenge; the device sends the request again
 * with its delegation, the nonce and a signature (ES256 by the delegation's `signKey`) over `admissionBytes`.
 *
 *     WWW-Authenticate: Etherlynk realm="node.example", nonce="…", ts="1795000000"
 *     Authorization: Etherlynk delegation="…", nonce="…", sig="…"
 */
export interface Challenge {
  /** The domain that asks. */
  readonly realm: string;
  readonly nonce: string;
  /** The node's clock, in seconds since 1970: a phone whose clock is wrong takes this one for its words. */
  readonly ts: number;
}

export interface Authorization {
  readonly delegation: SignedDelegation;
  readonly nonce: string;
  /** r and s, 64 bytes, as WebCrypto makes and takes them. */
  readonly signature: Uint8Array;
}

/** What of a request is signed. All texts as they stand in the message. */
export interface AdmissionClaim {
  readonly realm: ByteText;
  readonly nonce: ByteText;
  readonly method: ByteText;
  readonly requestUri: ByteText;
  readonly callId: ByteText;
  /** The number of CSeq; its method is the request's. */
  readonly cseq: number;
  /** The Contact values in their order; none in requests that carry none. */
  readonly contacts: readonly ByteText[];
}

export const admissionScheme = "Etherlynk";

const NONCE_LENGTH = 256;
const REALM_LENGTH = 255;
const SIGNATURE_BYTES = 64;

/** The bytes a device signs (ECDSA on P-256 with SHA-256). The realm keeps one node's challenge from serving another. */
export function admissionBytes(claim: AdmissionClaim): Uint8Array {
  const { realm, nonce, method, requestUri, callId, cseq, contacts } = claim;
  return signingBytes("etherlynk admission 1", [
    realm,
    nonce,
    method,
    requestUri,
    callId,
    String(cseq),
    ...contacts,
  ]);
}

export function formatChallenge(challenge: Challenge): ByteText {
  const { realm, nonce, ts } = challenge;
  return formatAuthParams(admissionScheme, { realm, nonce, ts: String(ts) });
}

/**
 * Reads a `WWW-Authenticate` value; `undefined` where it is of another scheme.
 *
 * @throws AdmissionError
 */
export function parseChallenge(value: ByteText): Challenge | undefined {
  const params = readParams(value);
  if (params === undefined) return undefined;
  const [realm, nonce, ts] = [params.get("realm"), params.get("nonce"), params.get("ts")];
  const timed = ts !== undefined && /^[0-9]{1,12}$/.test(ts);
  if (!realm || realm.length > REALM_LENGTH || !isNonce(nonce) || !timed) {
    throw new AdmissionError("admission.challenge", "The node's challenge is malformed.");
  }
  return { realm, nonce, ts: Number(ts) };
}

export function formatAuthorization(authorization: Authorization): ByteText {
  const { delegation, nonce, signature } = authorization;
  return formatAuthParams(admissionScheme, {
    delegation: formatDelegation(delegation),
    nonce,
    sig: formatBase64Url(signature),
  });
}

/**
 * Reads an `Authorization` value; `undefined` where it is of another scheme.
 *
 * @throws AdmissionError or DelegationError
 */
export function parseAuthorization(value: ByteText): Authorization | undefined {
  const params = readParams(value);
  if (params === undefined) return undefined;
  const [delegation, nonce, sig] = [params.get("delegation"), params.get("nonce"), params.get("sig")];
  const signature = parseBase64Url(sig ?? "", SIGNATURE_BYTES);
  if (delegation === undefined || !isNonce(nonce) || signature?.length !== SIGNATURE_BYTES) {
    throw new AdmissionError(
      "admission.parse",
      "This authorization lacks a delegation, a nonce or a signature.",
    );
  }
  return { delegation: parseDelegation(delegation), nonce, signature };
}

function readParams(value: ByteText): ReadonlyMap<string, ByteText> | undefined {
  const isOurs = new RegExp(`^[ \\t]*${admissionScheme}(?:[ \\t]|$)`, "i").test(value);
  if (!isOurs) return undefined;
  const params = parseAuthParams(admissionScheme, value);
  if (params !== undefined) return params;
  throw new AdmissionError("admission.parse", "The parameters of this authorization are malformed.");
}

function isNonce(nonce: string | undefined): nonce is string {
  return nonce !== undefined && nonce.length <= NONCE_LENGTH && /^[\x21-\x7e]+$/.test(nonce);
}

export class AdmissionError extends EtherlynkError {}
