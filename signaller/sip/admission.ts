import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { EtherlynkError } from "../../protocol/errors.ts";
import { callId, cseq, headerValues } from "../../protocol/sip/fields.ts";
import type { ByteText, SipRequest } from "../../protocol/sip/message.ts";
import {
  type Authorization,
  admissionBytes,
  admissionScheme,
  formatChallenge,
  parseAuthorization,
} from "../../protocol/words/admission.ts";
import { checkDelegation, type Scope } from "../../protocol/words/delegation.ts";
import { type P256Key, toJwk } from "../../protocol/words/p256-key.ts";
import type { Nonces } from "./nonces.ts";
import type { WalletCheck } from "./wallet-check.ts";

/** Who a connection has proven to be. */
export interface Identity {
  /** Lower-case account: the user part of its address of record. */
  readonly user: string;
  /** Bits of `scopes`. */
  readonly scopes: number;
  /** Milliseconds of the monotonic clock: when its delegation ends, so does all it was admitted to. */
  readonly until: number;
}

export type Admitted =
  | { readonly ok: true; readonly identity: Identity }
  /** 401: ask again with a fresh challenge. 403: there is no sense in asking again. 503: later. */
  | { readonly ok: false; readonly status: 401 | 403 | 503; readonly sentence: string };

export interface Admission {
  /** The value of a WWW-Authenticate. */
  challenge(nonces: Nonces): ByteText;
  /** Whether a request tries to prove anything. */
  isProof(request: SipRequest): boolean;
  /** Checks the Authorization of a request: nonce, time, scope, the device's signature, the wallet's. Never throws. */
  check(request: SipRequest, asking: Asking): Promise<Admitted>;
}

/** The connection that a request came by. */
export interface Asking {
  readonly nonces: Nonces;
  readonly address: string;
}

export interface AdmissionConfig {
  readonly realm: string;
  readonly chainId: number;
  readonly wallets: WalletCheck;
  /** Checks under way at once. */
  readonly concurrent: number;
  /** Milliseconds of the monotonic clock. */
  now(): number;
  /** Seconds since 1970. */
  wallClock(): number;
}

const isOurs = new RegExp(`^\\s*${admissionScheme}\\s`, "i");

/** Admission to a closed domain; what is signed stands in `protocol/words/admission.ts`. */
export function createAdmission(config: AdmissionConfig): Admission {
  let underWay = 0;
  return {
    challenge: nonces =>
      formatChallenge({ realm: config.realm, nonce: nonces.issue(), ts: Math.floor(config.wallClock()) }),
    isProof: ({ headers }) => headers.some(({ key, value }) => key === "authorization" && isOurs.test(value)),
    async check(request, asking) {
      if (underWay >= config.concurrent) return refuse(503, "This node checks too many devices just now.");
      underWay++;
      try {
        return await checkRequest(config, request, asking);
      } catch (error) {
        if (error instanceof EtherlynkError) return refuse(isOutside(error) ? 503 : 403, error.message);
        throw error;
      } finally {
        underWay--;
      }
    },
  };
}

/** Which right a request needs; none where any admitted device may send it. */
export function scopeOf(method: string): Scope | undefined {
  if (method === "INVITE") return "invite";
  if (method === "MESSAGE") return "message";
  return method === "REGISTER" ? "register" : undefined;
}

async function checkRequest(
  config: AdmissionConfig,
  request: SipRequest,
  { nonces, address }: Asking,
): Promise<Admitted> {
  const authorization = readAuthorization(request);
  // A request may come back with the answer to a challenge that is over: it gets a new one.
  if (authorization === undefined || !nonces.spend(authorization.nonce)) {
    return refuse(401, "Prove who you are.");
  }
  const { delegation: signed } = authorization;
  const now = config.wallClock();
  const allowed = checkDelegation(signed, {
    now,
    chainId: config.chainId,
    scope: scopeOf(request.method) ?? "register",
    accountEpoch: 0,
  });
  if (!allowed.ok) return refuse(403, allowed.sentence);
  if (!(await isSignedByDevice(request, authorization, config.realm))) {
    return refuse(403, "The device did not sign this request.");
  }
  if (!(await config.wallets.isSigned(signed, address))) {
    return refuse(403, "The wallet of this account did not sign for this device. Sign in again.");
  }
  const { account, scopes, expiry } = signed.delegation;
  const until = config.now() + (expiry - now) * 1_000;
  return { ok: true, identity: { user: account.toLowerCase(), scopes, until } };
}

function readAuthorization(request: SipRequest): Authorization | undefined {
  // One line each: its commas separate parameters, not values (RFC 3261 §7.3.1).
  for (const { key, value } of request.headers) {
    const found = key === "authorization" ? parseAuthorization(value) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function isSignedByDevice(
  request: SipRequest,
  { delegation, nonce, signature }: Authorization,
  realm: string,
): Promise<boolean> {
  const bytes = admissionBytes({
    realm,
    nonce,
    method: request.method,
    requestUri: request.uri,
    callId: callId(request),
    cseq: cseq(request).seq,
    contacts: headerValues(request, "contact"),
  });
  const key = toKey(delegation.delegation.signKey);
  if (key === undefined) return Promise.resolve(false);
  return new Promise(resolve => {
    verify("sha256", bytes, { key, dsaEncoding: "ieee-p1363" }, signature, (error, valid) => {
      // An error here is OpenSSL's about the signature, which is then none.
      resolve(error === null && valid);
    });
  });
}

function toKey(key: P256Key): KeyObject | undefined {
  try {
    return createPublicKey({ key: { ...toJwk(key) }, format: "jwk" });
  } catch {
    // The platform's way to say that this point is not on the curve.
    return undefined;
  }
}

/** Not the device's fault: it may come again. */
function isOutside({ code }: EtherlynkError): boolean {
  return code.startsWith("chain.") || code === "wallet.busy";
}

function refuse(status: 401 | 403 | 503, sentence: string): Admitted {
  return { ok: false, status, sentence };
}
