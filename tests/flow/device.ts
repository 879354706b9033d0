import { generateKeyPairSync, type KeyObject, sign as signBytes } from "node:crypto";
import { fromPublicKey } from "ox/Address";
import { getPublicKey, randomPrivateKey, sign } from "ox/Secp256k1";
import { toHex } from "ox/Signature";
import { parseAccount } from "../../protocol/number/address.ts";
import { admissionBytes, formatAuthorization, parseChallenge } from "../../protocol/words/admission.ts";
import {
  type Delegation,
  digestDelegation,
  type SignedDelegation,
  toScopeBits,
} from "../../protocol/words/delegation.ts";
import { fromJwk, type P256Key } from "../../protocol/words/p256-key.ts";
import type { RequestOptions, SipClient } from "./sip-client.ts";
import { allOf, cseqOf, oneOf, type SipText } from "./sip-text.ts";

/** A wallet and a device that it has allowed to act: what a phone of ours is to a node. */
export interface Device {
  /** Lower case, as in an address of record. */
  readonly account: `0x${string}`;
  readonly privateKey: KeyObject;
  readonly delegation: SignedDelegation;
}

export interface DeviceOptions {
  readonly wallet?: `0x${string}`;
  /** Says that it is another's. */
  readonly account?: `0x${string}`;
  readonly over?: Partial<Delegation>;
  readonly chainId?: number;
  /** Instead of the wallet's. */
  readonly signature?: `0x${string}`;
}

const HOUR = 3_600;

export function createDevice(options: DeviceOptions = {}): Device {
  const wallet = options.wallet ?? randomPrivateKey();
  const account = parseAccount(options.account ?? fromPublicKey(getPublicKey({ privateKey: wallet })));
  const { privateKey, publicKey } = createP256();
  const now = Math.floor(Date.now() / 1_000);
  const delegation: Delegation = {
    account,
    signKey: publicKey,
    sealKey: publicKey,
    scopes: toScopeBits(["register", "invite", "answer", "message"]),
    accountEpoch: 0,
    issued: now,
    expiry: now + HOUR,
    ...options.over,
  };
  const chainId = options.chainId ?? 1;
  const payload = digestDelegation(delegation, chainId);
  const signature = options.signature ?? toHex(sign({ payload, privateKey: wallet }));
  return {
    account: account.toLowerCase() as `0x${string}`,
    privateKey,
    delegation: { delegation, chainId, signature },
  };
}

export function createP256(): { privateKey: KeyObject; publicKey: P256Key } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = fromJwk(publicKey.export({ format: "jwk" }));
  if (key === undefined) throw new Error("This key is on P-256.");
  return { privateKey, publicKey: key };
}

/** The value of an Authorization that answers `challenged` for `request`, which is as it will be sent. */
export function authorize(device: Device, challenged: SipText, request: SipText): string {
  const challenge = parseChallenge(oneOf(challenged, "WWW-Authenticate"));
  if (challenge === undefined) throw new Error(`No challenge in ${challenged.start}`);
  const bytes = admissionBytes({
    realm: challenge.realm,
    nonce: challenge.nonce,
    method: request.method,
    requestUri: request.uri,
    callId: oneOf(request, "Call-ID"),
    cseq: cseqOf(request).seq,
    contacts: allOf(request, "Contact"),
  });
  const signature = signBytes("sha256", bytes, { key: device.privateKey, dsaEncoding: "ieee-p1363" });
  return formatAuthorization({ delegation: device.delegation, nonce: challenge.nonce, signature });
}

/** Sends a request, answers the challenge, gives the last answer. */
export async function prove(
  client: SipClient,
  device: Device,
  { method, uri, ...options }: RequestOptions & { method: string; uri: string },
): Promise<SipText> {
  const first = client.send(method, uri, options);
  const challenged = await client.final(first);
  if (challenged.status !== 401) return challenged;
  const again = {
    ...options,
    callId: oneOf(first, "Call-ID"),
    from: oneOf(first, "From"),
    seq: cseqOf(first).seq + 1,
  };
  const authorization = authorize(device, challenged, {
    ...first,
    headers: [...first.headers.filter(([name]) => name !== "CSeq"), ["CSeq", `${again.seq} ${method}`]],
  });
  return client.ask(method, uri, {
    ...again,
    headers: [...(options.headers ?? []), ["Authorization", authorization]],
  });
}

/** REGISTER as our phones send it. */
export function registering(client: SipClient, device: Device, domain: string) {
  return {
    method: "REGISTER",
    uri: `sip:${domain}`,
    to: `<sip:${device.account}@${domain}>`,
    contact: `${client.contact};reg-id=1;+sip.instance="${client.instance}";expires=600`,
    headers: [["Supported", "gruu,etherlynk.v1"]] as const,
  };
}
