import { toHeader } from "./edit-message.ts";
import { callId, contacts, cseq, expires, supports } from "./fields.ts";
import { type NameAddr, parseSeconds } from "./headers.ts";
import type { ByteText, SipHeader, SipRequest } from "./message.ts";
import { formatUri, isSameUri, param, parseUri, quote, type SipUri, unescapeUri } from "./uri.ts";

/**
 * One device of an account, as the registrar has to remember it: seven flat values. The texts are parts of the
 * REGISTER they came with, and hold it in memory as long as they live: who keeps them copies them first.
 */
export interface Binding {
  /** The Contact's URI as the device wrote it: what requests to it bear. */
  readonly contact: ByteText;
  /** `+sip.instance` without its angle brackets (RFC 5626 §4.1); "" where the device has none. */
  readonly instance: string;
  /** Which of its connections (RFC 5626 §4.2); 0 where it has one only. */
  readonly regId: number;
  /** Of the REGISTER that wrote it, for the order of those that follow (RFC 3261 §10.3 step 7). */
  readonly callId: string;
  readonly cseq: number;
  /** When it lapses, in seconds of the keeper's clock. */
  readonly expires: number;
  /** Preference in thousandths (§10.2.1.2). */
  readonly q: number;
}

export interface RegisterPolicy {
  /** Seconds of the clock that `Binding.expires` is of. */
  readonly now: number;
  /** Seconds: below `least` 423, above `most` cut, `usual` where the device does not say. */
  readonly least: number;
  readonly most: number;
  readonly usual: number;
  /** Devices and connections of one account. */
  readonly mostBindings: number;
  /** Characters of one text that is kept, 512 where nothing is said; a longer one is refused by 400. */
  readonly longest?: number;
}

/** What a REGISTER does: nothing at all, or everything it asks for (§10.3 step 7). */
export type RegisterOutcome<Kept extends Binding> =
  | {
      readonly kind: "accepted";
      /** To be written, each in place of the older one in `remove` that is the same device's. */
      readonly put: readonly Binding[];
      /** Replaced, taken back, or lapsed. */
      readonly remove: readonly Kept[];
    }
  | {
      readonly kind: "refused";
      readonly status: number;
      readonly reason?: ByteText;
      readonly headers: readonly SipHeader[];
    };

const NO_HEADERS: readonly SipHeader[] = [];

/**
 * Steps 6 and 7 of a registrar (RFC 3261 §10.3), with devices known by instance and connection (RFC 5626 §6). Who
 * may register this account was asked before.
 *
 * @param bindings what is kept of the account
 * @example
 * const outcome = processRegister(request, registrar.bindingsOf(user), policy);
 */
export function processRegister<Kept extends Binding>(
  request: SipRequest,
  bindings: readonly Kept[],
  policy: RegisterPolicy,
): RegisterOutcome<Kept> {
  const asked = contacts(request);
  const live = bindings.filter(binding => binding.expires > policy.now);
  const lapsed = bindings.filter(binding => binding.expires <= policy.now);
  if (asked.some(({ uri }) => uri === "*")) return removeAll(request, { live, lapsed, asked });
  let put: readonly Binding[] = [];
  const remove = new Set<Kept>();
  for (const contact of asked) {
    const binding = toBinding(request, contact, policy);
    const refusal = refusalOf(binding, policy);
    if (refusal !== undefined) return refusal;
    const older = live.find(kept => isSameDevice(kept, binding));
    if (older !== undefined && !isInOrder(older, binding)) return outOfOrder();
    if (older !== undefined) remove.add(older);
    // Of two Contacts of one device the later one counts.
    put = put.filter(other => !isSameDevice(other, binding));
    if (binding.expires > policy.now) put = [...put, binding];
  }
  if (put.length > 0 && live.length - remove.size + put.length > policy.mostBindings) {
    return refuse(403, { reason: "Too Many Devices" });
  }
  return { kind: "accepted", put, remove: [...lapsed, ...remove] };
}

/**
 * The headers of the 200 (§10.3 step 8): a Contact for each binding, with its address as a device (RFC 5627 §5)
 * for those who understand it.
 */
export function registeredHeaders(
  request: SipRequest,
  bindings: readonly Binding[],
  { now, address }: { readonly now: number; readonly address: SipUri },
): SipHeader[] {
  const wantsGruu = supports(request, "gruu");
  const headers = bindings
    .filter(binding => binding.expires > now)
    .map(binding => toHeader("Contact", contactOf(binding, now, wantsGruu ? address : undefined)));
  // "If the REGISTER ... contains ... reg-id ... the registrar MUST include ... Require: outbound" (RFC 5626 §6).
  const isOutbound = supports(request, "outbound") && contacts(request).some(hasFlow);
  return isOutbound ? [...headers, toHeader("Require", "outbound")] : headers;
}

/** The address of one device: `sip:alice.eth@a.example;gr=urn:uuid:…` (RFC 5627 §3.1, §5.1). */
export function publicGruu(address: SipUri, instance: string): ByteText {
  const gr = instance.replace(
    /[^\w[\]/:&+$.!~*'()-]/g,
    char => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
  return formatUri({ ...address, params: [["gr", gr]], headers: "" });
}

/** The instance that such an address names; nothing for another address. */
export function instanceOfGruu({ params }: SipUri): string | undefined {
  const gr = param(params, "gr");
  return gr === undefined || gr === "" ? undefined : unescapeUri(gr);
}

/** RFC 5626 §6: by instance and connection; without an instance by the Contact (RFC 3261 §10.3 step 7). */
export function isSameDevice(one: Binding, other: Binding): boolean {
  if (one.instance !== "" || other.instance !== "") {
    return one.instance === other.instance && one.regId === other.regId;
  }
  return one.contact === other.contact || isSameUri(parseUri(one.contact), parseUri(other.contact));
}

/** Step 6: `*` stands alone, with `Expires: 0`, and takes all back that came before it. */
function removeAll<Kept extends Binding>(
  request: SipRequest,
  found: {
    readonly live: readonly Kept[];
    readonly lapsed: readonly Kept[];
    readonly asked: readonly NameAddr[];
  },
): RegisterOutcome<Kept> {
  if (found.asked.length > 1 || expires(request) !== 0) return refuse(400);
  const order = { callId: callId(request), cseq: cseq(request).seq };
  if (!found.live.every(binding => isInOrder(binding, order))) return outOfOrder();
  return { kind: "accepted", put: [], remove: [...found.lapsed, ...found.live] };
}

/** "If the Call-ID ... agrees ... the CSeq value MUST be higher ... otherwise the update MUST be aborted" (step 7). */
function isInOrder(older: Binding, newer: Pick<Binding, "callId" | "cseq">): boolean {
  return older.callId !== newer.callId || newer.cseq > older.cseq;
}

/** Its own parameter, else the header, else what is usual (step 7; a malformed one counts as none). */
function secondsOf({ params }: NameAddr, request: SipRequest, policy: RegisterPolicy): number {
  return parseSeconds(param(params, "expires") ?? "") ?? expires(request) ?? policy.usual;
}

/** What is wrong with a Contact by itself. One that is taken back (0 seconds) may be of any length of time. */
function refusalOf(
  binding: Binding,
  { now, least, longest = 512 }: RegisterPolicy,
): RegisterOutcome<never> | undefined {
  // Rounded: the difference of two instants is a hair off the whole seconds that were asked for.
  const seconds = Math.round(binding.expires - now);
  if (seconds > 0 && seconds < least) {
    return refuse(423, { headers: [toHeader("Min-Expires", String(least))] });
  }
  const { contact, instance, callId } = binding;
  const isLong = Math.max(contact.length, instance.length, callId.length) > longest;
  return isLong ? refuse(400, { reason: "Contact Too Long" }) : undefined;
}

function toBinding(request: SipRequest, contact: NameAddr, policy: RegisterPolicy): Binding {
  return {
    contact: contact.uri,
    instance: instanceOf(contact),
    regId: hasFlow(contact) && supports(request, "outbound") ? Number(param(contact.params, "reg-id")) : 0,
    callId: callId(request),
    cseq: cseq(request).seq,
    expires: policy.now + Math.min(secondsOf(contact, request, policy), policy.most),
    q: thousandths(param(contact.params, "q")),
  };
}

function instanceOf({ params }: NameAddr): string {
  return (param(params, "+sip.instance") ?? "").replace(/^<|>$/g, "");
}

/** A reg-id counts beside an instance only, and from 1 to 2^31 - 1 (RFC 5626 §4.2, §6). */
function hasFlow(contact: NameAddr): boolean {
  const regId = parseSeconds(param(contact.params, "reg-id") ?? "") ?? 0;
  return regId > 0 && regId < 2 ** 31 && instanceOf(contact) !== "";
}

/** `qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] )`; without one, or a wrong one: 1. */
function thousandths(q: string | undefined): number {
  return q !== undefined && /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(q)
    ? Math.round(Number(q) * 1_000)
    : 1_000;
}

function contactOf(binding: Binding, now: number, address: SipUri | undefined): ByteText {
  const { contact, instance, regId, q } = binding;
  let text = `<${contact}>;expires=${Math.ceil(binding.expires - now)}`;
  if (q !== 1_000) text += `;q=${q / 1_000}`;
  if (instance === "") return text;
  text += `;+sip.instance=${quote(`<${instance}>`)}`;
  if (regId > 0) text += `;reg-id=${regId}`;
  return address === undefined ? text : `${text};pub-gruu=${quote(publicGruu(address, instance))}`;
}

function outOfOrder(): RegisterOutcome<never> {
  return refuse(500, { reason: "CSeq Out Of Order" });
}

function refuse(
  status: number,
  { reason, headers = NO_HEADERS }: { reason?: ByteText; headers?: readonly SipHeader[] } = {},
): RegisterOutcome<never> {
  return { kind: "refused", status, ...(reason !== undefined && { reason }), headers };
}
