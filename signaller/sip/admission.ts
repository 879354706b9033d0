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
import { type P256Key, thumbprint, toJwk } from "../../protocol/words/p256-key.ts";
import type { Client } from "../chain/client-table.ts";
import type { Maybe } from "../chain/maybe.ts";
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
  /** Of its delegation: the account's epoch, and the thumbprint of the device, by which both can be revoked. */
  readonly epoch: number;
  readonly device: string;
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
  /** Why who was admitted is so no longer, by what the node knows at this moment. */
  faultOf(identity: Identity): string | undefined;
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
  /** The account as the chain has it; without a chain every account is in its first epoch. */
  readonly clientOf?: ((account: string) => Maybe<Client>) | undefined;
  /** The same where it is known without asking. */
  readonly knownClient?: ((account: string) => Client | undefined) | undefined;
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
    faultOf(identity) {
      const client = config.knownClient?.(identity.user);
      return client === undefined ? undefined : standingFault(identity, client);
    },
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
    // Looked at last of all, so that nothing can change between that and the admission.
    accountEpoch: config.clientOf === undefined ? 0 : signed.delegation.accountEpoch,
  });
  if (!allowed.ok) return refuse(403, allowed.sentence);
  if (!(await isSignedByDevice(request, authorization, config.realm))) {
    return refuse(403, "The device did not sign this request.");
  }
  if (!(await config.wallets.isSigned(signed, address))) {
    return refuse(403, "The wallet of this account did not sign for this device. Sign in again.");
  }
  const { account, scopes, expiry, accountEpoch: epoch, signKey } = signed.delegation;
  const until = config.now() + (expiry - now) * 1_000;
  const user = account.toLowerCase();
  const identity = { user, scopes, until, epoch, device: thumbprint(signKey) };
  const client = await config.clientOf?.(user);
  const fault = client === undefined ? undefined : standingFault(identity, client);
  return fault === undefined ? { ok: true, identity } : refuse(403, fault);
}

/** Why a device that was allowed is so no longer; `undefined` where it is. */
export function standingFault(
  { epoch, device }: Pick<Identity, "epoch" | "device">,
  client: Client,
): string | undefined {
  if (epoch !== client.epoch) {
    return "The account has ended the permissions of its old devices. Sign in again.";
  }
  return client.revoked.includes(device)
    ? "The account has revoked this device. Sign in again with the wallet."
    : undefined;
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
