import { from, supports, to, toTag } from "../../protocol/sip/fields.ts";
import type { SipRequest } from "../../protocol/sip/message.ts";
import { scopes } from "../../protocol/words/delegation.ts";
import type { Whereabouts } from "../chain/whereabouts.ts";
import { isAccountKey, isChainKey, toSipUri, toUserKey } from "./address-keys.ts";
import { type Identity, scopeOf } from "./admission.ts";
import type { Aliases } from "./aliases.ts";
import type { Domains } from "./domains.ts";

/** What a closed domain makes of a client's request, before anything is checked that takes time. */
export type GateDecision =
  /** May pass, as `identity`. */
  | { readonly do: "pass"; readonly identity: Identity | undefined }
  /** Its signature is to be looked at, or asked for. */
  | { readonly do: "prove" }
  | { readonly do: "drop" }
  | { readonly do: "refuse"; readonly status: number; readonly sentence: string; readonly require?: string };

export interface GatePlace {
  readonly domains: Domains;
  readonly aliases: Aliases;
  /** Where numbers and names are called, who answers speaks under them. */
  readonly whereabouts?: Whereabouts | undefined;
}

/** The option tag of our phones, and of the version of what they and their nodes agree on. */
export const ownTag = "etherlynk.v1";

/**
 * Who may send what in a closed domain: a connection acts for the accounts it has proven, and for nobody else.
 * Once it has, a request needs no signature of its own; the connection is the proof.
 *
 * @param held identities of the connection, their time not over
 */
export function checkGate(request: SipRequest, held: readonly Identity[], place: GatePlace): GateDecision {
  // A CANCEL counts only for an INVITE of the same connection, and an ACK cannot be answered.
  if (request.method === "CANCEL") return { do: "pass", identity: undefined };
  const { sender, identity } = speakerOf(request, held, place);
  if (identity === undefined && request.method === "ACK") return { do: "drop" };
  if (request.method === "REGISTER") {
    const refusal = registerFault(request, sender);
    if (refusal !== undefined) return refusal;
  }
  if (identity === undefined) {
    if (sender === undefined || !isAccountKey(sender)) {
      return refuse(403, "From must be your own account in this domain.");
    }
    return { do: "prove" };
  }
  const scope = toTag(request) === undefined ? scopeOf(request.method) : undefined;
  if (scope !== undefined && (identity.scopes & scopes[scope]) === 0) {
    return refuse(403, "This device is not allowed to do that.");
  }
  return { do: "pass", identity };
}

interface Speaker {
  readonly sender: string | undefined;
  readonly identity: Identity | undefined;
}

function speakerOf(request: SipRequest, held: readonly Identity[], place: GatePlace): Speaker {
  const { domains, whereabouts } = place;
  const sender = request.method === "REGISTER" ? ownUser(to(request).uri, domains) : senderOf(request, place);
  const identity = held.find(({ user }) => user === sender);
  return { sender, identity: identity ?? (whereabouts && calledAs(request, held, whereabouts)) };
}

function registerFault(request: SipRequest, user: string | undefined): GateDecision | undefined {
  if (!supports(request, ownTag)) {
    return { ...refuse(421, "This domain is for Etherlynk phones."), require: ownTag };
  }
  if (user === undefined) return refuse(404, "This address is not of this domain.");
  if (isChainKey(user)) {
    return refuse(403, "Names and numbers are registered through their account: write it in To.");
  }
  return isAccountKey(user) ? undefined : refuse(403, "Only accounts register here: write yours in To.");
}

/** Who was called by an alias speaks under it within the call: From is then what To was (RFC 3261 §12.2.1.1). */
function senderOf(request: SipRequest, { domains, aliases }: GatePlace): string | undefined {
  const user = ownUser(from(request).uri, domains);
  return user === undefined ? undefined : (aliases.get(user) ?? user);
}

/**
 * Who was called by a number, a name, or at another domain speaks so within the call (RFC 3261 §12.2.1.1); also when the
 * number was sold meanwhile. What is asserted of him is his account, and nothing of what he was called.
 */
function calledAs(
  request: SipRequest,
  held: readonly Identity[],
  whereabouts: Whereabouts,
): Identity | undefined {
  if (request.method === "REGISTER" || toTag(request) === undefined) return undefined;
  const called = toUserKey(toSipUri(from(request).uri)?.user);
  if (called === undefined) return undefined;
  if (!isChainKey(called)) return held.find(({ user }) => user === called);
  const owner = called.startsWith("+") ? whereabouts.knownOwner(called) : undefined;
  return held.find(({ user }) => user === owner) ?? held[0];
}

/** The user of an address of this domain. */
function ownUser(text: string, domains: Domains): string | undefined {
  const uri = toSipUri(text);
  return uri !== undefined && domains.isOwn(uri) ? toUserKey(uri.user) : undefined;
}

function refuse(status: number, sentence: string): GateDecision & { do: "refuse" } {
  return { do: "refuse", status, sentence };
}
