import type { DeviceId } from "../../protocol/ids.ts";
import { type AccountText, type Address, AddressError, parseAddress } from "../../protocol/number/address.ts";
import { callId, from, fromTag, to } from "../../protocol/sip/fields.ts";
import type { SipMessage, SipRequest, SipResponse } from "../../protocol/sip/message.ts";
import { checkDelegation, type Scope } from "../../protocol/words/delegation.ts";
import {
  checkAnswerIdentity,
  checkCallIdentity,
  type Identity,
  parseIdentity,
} from "../../protocol/words/identity.ts";
import type { MediaKey } from "../../protocol/words/media-key.ts";
import type { P256Key } from "../../protocol/words/p256-key.ts";
import { type CallClaims, PassportError } from "../../protocol/words/passport.ts";
import { bytesOf } from "../../protocol/words/signing-bytes.ts";
import type { Clock } from "../base/clock.ts";
import type { Directory } from "../chain/directory.ts";
import { type ChainWord, createChainWord } from "./chain-word.ts";
import { deviceIdOf, isSignedByDevice } from "./device-keys.ts";
import type { WalletCheck } from "./wallet-check.ts";

/** The other side, once proven: all that later messages of the call are held to. */
export interface ProvenPeer {
  readonly account: AccountText;
  readonly device: DeviceId;
  readonly sealKey: P256Key;
  /** The certificates it will use, and no other. */
  readonly mediaKeys: readonly MediaKey[];
}

export type Verdict =
  | { readonly kind: "proven"; readonly peer: ProvenPeer; readonly identity: Identity }
  /**
   * A foreign client, which proves nothing; or, where no account was called, somebody who signs the answer: that they
   * are who was called is the word of the domain's node alone.
   */
  | { readonly kind: "waived"; readonly signer?: ProvenPeer }
  | { readonly kind: "failed"; readonly sentence: string };

export interface Verifier {
  invite(request: SipRequest): Promise<Verdict>;
  answer(response: SipResponse, asking: Asking): Promise<Verdict>;
}

export interface Asking {
  /** The identity with which this phone called. */
  readonly asked: Identity;
  /** Who has to answer, where an account was called, or a name or number that the chain says is one's. */
  readonly account?: string;
}

export interface VerifierOptions {
  readonly clock: Clock;
  readonly wallets: WalletCheck;
  readonly chainId: number;
  /** Whose phone this is: a call to somebody else that a node brings here is none. */
  readonly account: AccountText;
  readonly directory: Directory | undefined;
  readonly signal: AbortSignal;
}

/** Checks who speaks, in this phone and by nobody's word: DESIGN.md §3 (4). */
export function createVerifier(options: VerifierOptions): Verifier {
  const { clock, wallets, chainId, account } = options;
  const chain = createChainWord(options.directory, options.signal);
  const seconds = () => Math.floor(clock.now() / 1_000);

  /** What every identity must have, whatever message it stands in. */
  async function isAuthentic(identity: Identity, scope: Scope): Promise<string | undefined> {
    const { delegation: signed, signature, signingInput } = identity;
    const [standing, isSigned, isAllowed] = await Promise.all([
      chain.standingOf(signed.delegation.account),
      isSignedByDevice(signed.delegation.signKey, signature, bytesOf(signingInput)),
      wallets.isSigned(signed),
    ]);
    // Where no chain can be asked, the node has asked it: what is left is what the wallet signed.
    const { accountEpoch = signed.delegation.accountEpoch } = standing ?? {};
    const allowed = checkDelegation(signed, { now: seconds(), chainId, scope, accountEpoch });
    if (!allowed.ok) return allowed.sentence;
    if (standing?.revoked.includes(deviceIdOf(signed))) return "The account has revoked this device.";
    if (!isSigned) return "The device did not sign this.";
    return isAllowed ? undefined : "The wallet did not allow this device.";
  }

  async function conclude(identity: Identity, scope: Scope): Promise<Verdict> {
    const fault = await isAuthentic(identity, scope);
    return fault === undefined ? { kind: "proven", peer: toPeer(identity), identity } : failed(fault);
  }

  /** Whoever signs what does not hold has said as little as a foreign client. */
  async function acknowledge(identity: Identity): Promise<Verdict> {
    const fault = await isAuthentic(identity, "answer");
    return fault === undefined ? { kind: "waived", signer: toPeer(identity) } : waived;
  }

  return {
    async invite(request) {
      const identity = readIdentity(request);
      if (identity === "malformed") return failed("The caller's identity is malformed.");
      // Accounts can prove who they are: one that does not has had its proof taken away, or is somebody else's.
      if (identity === undefined) {
        return accountIn(from(request).uri) !== undefined
          ? failed("This account did not sign its call.")
          : waived;
      }
      const outcome = checkCallIdentity(identity, {
        from: from(request).uri,
        to: to(request).uri,
        callId: callId(request),
        fromTag: fromTag(request) ?? "",
        body: request.body,
        now: seconds(),
      });
      if (!outcome.ok) return failed(outcome.sentence);
      const { orig, dest } = identity.passport.claims;
      if (accountIn(orig.uri) === undefined) return failed(unresolved);
      if (!(await isOwn(dest.uri[0], account, chain))) return failed("This call is for somebody else.");
      return conclude(identity, "invite");
    },
    async answer(response, asking) {
      const { asked, account: called } = asking;
      const identity = readIdentity(response);
      if (identity === "malformed") return failed("The answer's identity is malformed.");
      if (identity === undefined) return waived;
      const outcome = checkAnswerIdentity(identity, {
        request: asked,
        status: response.status,
        body: response.body,
        now: seconds(),
      });
      if (called === undefined) return outcome.ok ? acknowledge(identity) : waived;
      if (!outcome.ok) return failed(outcome.sentence);
      const { delegation } = identity.delegation;
      if (!(await isCalled(delegation.account, asking, chain)))
        return failed("Whoever answered is somebody else.");
      return conclude(identity, "answer");
    },
  };
}

/** Accounts are who they are; a name or number is somebody's while the chain says so. */
async function isOwn(uri: string | undefined, account: AccountText, chain: ChainWord): Promise<boolean> {
  const address = readAddress(uri);
  if (address === undefined) return false;
  return address.target.kind === "account"
    ? address.target.account === account
    : chain.isOf(address, account);
}

/** Whoever answers is the account that was called, or the one that what was dialled leads to by now. */
async function isCalled(answered: AccountText, asking: Asking, chain: ChainWord): Promise<boolean> {
  return answered === asking.account || isOwn(asking.asked.passport.claims.dest.uri[0], answered, chain);
}

/** The claims by which a replay is known. */
export function callClaimsOf(identity: Identity): CallClaims | undefined {
  return identity.passport.ppt === "etherlynk" ? identity.passport.claims : undefined;
}

const waived: Verdict = { kind: "waived" };
const unresolved = "A caller is an account; a name or number alone signs nothing.";

function failed(sentence: string): Verdict {
  return { kind: "failed", sentence };
}

function toPeer({ delegation: signed, passport }: Identity): ProvenPeer {
  const { account, sealKey } = signed.delegation;
  return { account, device: deviceIdOf(signed), sealKey, mediaKeys: passport.claims.mky };
}

/** The one identity of ours in a message; beside it may stand others, of gateways (RFC 8224 §4). */
function readIdentity(message: SipMessage): Identity | "malformed" | undefined {
  const found: Identity[] = [];
  for (const { key, value } of message.headers) {
    if (key !== "identity") continue;
    try {
      const identity = parseIdentity(value);
      if (identity !== undefined) found.push(identity);
    } catch (error) {
      if (error instanceof PassportError) return "malformed";
      throw error;
    }
  }
  return found.length > 1 ? "malformed" : found[0];
}

function accountIn(uri: string | undefined): AccountText | undefined {
  const target = readAddress(uri)?.target;
  return target?.kind === "account" ? target.account : undefined;
}

function readAddress(uri: string | undefined): Address | undefined {
  try {
    return parseAddress(uri ?? "");
  } catch (error) {
    if (error instanceof AddressError) return undefined;
    throw error;
  }
}
