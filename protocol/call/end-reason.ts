import type { ByteText } from "../sip/message.ts";
import { formatReason, parseReasons, type ReasonValue } from "./reason-header.ts";

/**
 * How a call ended, as a value: an outcome is never an error. Words that have a side (`declined`, `cancelled`,
 * `no-answer`) read with the direction of the call; only a hang-up, a proof and a microphone need to say
 * whose they were.
 *
 * On the wire a reason is a SIP status and, where the status alone would be ambiguous, a `Reason` header
 * (RFC 3326). What SIP has a word for is said in SIP's: `SIP;cause=200;text="Call completed elsewhere"`. What is
 * ours is said under our own protocol token, with the status as cause and the word as text:
 * `etherlynk;cause=486;text="glare"`. A phone that does not know the token reads the status and is not misled.
 * A bare `glare` (a protocol token without parameters) is read too.
 */
export type EndReason =
  | "hung-up-by-me"
  | "hung-up-by-them"
  | "cancelled"
  | "declined"
  | "busy"
  | "no-answer"
  | "answered-elsewhere"
  | "declined-elsewhere"
  | "not-found"
  | "offline"
  | "gone"
  | "changed-hands"
  | "moved"
  | "glare"
  | "identity-failed"
  | "identity-refused"
  | "media-failed"
  | "no-microphone"
  | "no-microphone-there"
  | "network-lost"
  | "forbidden"
  | "payment-required"
  | "unwanted"
  | "unacceptable"
  | "unsupported"
  | "unroutable"
  | "overloaded"
  | "failed";

/** A final response to an INVITE, as the call machine gives it to the user agent. */
export interface Refusal {
  readonly status: number;
  readonly phrase: string;
  /** The value of a `Reason` header, where the status alone does not say it. */
  readonly reason?: ByteText;
}

interface Saying {
  readonly status: number;
  readonly phrase: string;
  /** `ours`: the word itself goes out under our own protocol token, and is believed when it comes in. */
  readonly reason: "none" | "ours" | { readonly cause: number; readonly text: string };
}

const OWN_PROTOCOL = "etherlynk";

const SAYINGS: Readonly<Record<EndReason, Saying>> = {
  "hung-up-by-me": { status: 603, phrase: "Decline", reason: "none" },
  "hung-up-by-them": { status: 487, phrase: "Request Terminated", reason: "none" },
  cancelled: { status: 487, phrase: "Request Terminated", reason: "none" },
  declined: { status: 603, phrase: "Decline", reason: "none" },
  busy: { status: 486, phrase: "Busy Here", reason: "none" },
  "no-answer": { status: 480, phrase: "Temporarily Unavailable", reason: "ours" },
  "answered-elsewhere": {
    status: 487,
    phrase: "Request Terminated",
    reason: { cause: 200, text: "Call completed elsewhere" },
  },
  "declined-elsewhere": {
    status: 487,
    phrase: "Request Terminated",
    reason: { cause: 603, text: "Declined elsewhere" },
  },
  "not-found": { status: 404, phrase: "Not Found", reason: "none" },
  offline: { status: 480, phrase: "Temporarily Unavailable", reason: "none" },
  gone: { status: 410, phrase: "Gone", reason: "none" },
  "changed-hands": { status: 480, phrase: "Temporarily Unavailable", reason: "ours" },
  moved: { status: 302, phrase: "Moved Temporarily", reason: "none" },
  glare: { status: 486, phrase: "Busy Here", reason: "ours" },
  "identity-failed": { status: 438, phrase: "Invalid Identity Header", reason: "none" },
  "identity-refused": { status: 438, phrase: "Invalid Identity Header", reason: "ours" },
  "media-failed": { status: 488, phrase: "Not Acceptable Here", reason: "ours" },
  "no-microphone": { status: 488, phrase: "Not Acceptable Here", reason: "ours" },
  "no-microphone-there": { status: 488, phrase: "Not Acceptable Here", reason: "ours" },
  "network-lost": { status: 504, phrase: "Server Time-out", reason: "ours" },
  forbidden: { status: 403, phrase: "Forbidden", reason: "none" },
  "payment-required": { status: 402, phrase: "Payment Required", reason: "none" },
  unwanted: { status: 607, phrase: "Unwanted", reason: "none" },
  unacceptable: { status: 488, phrase: "Not Acceptable Here", reason: "none" },
  unsupported: { status: 420, phrase: "Bad Extension", reason: "none" },
  unroutable: { status: 483, phrase: "Too Many Hops", reason: "none" },
  overloaded: { status: 503, phrase: "Service Unavailable", reason: "none" },
  failed: { status: 500, phrase: "Server Internal Error", reason: "none" },
};

// What a status means that is not the one its reason is said with (IANA's SIP response codes, 2025).
const MEANINGS: Readonly<Record<number, EndReason>> = {
  401: "forbidden",
  402: "payment-required",
  403: "forbidden",
  404: "not-found",
  405: "unsupported",
  406: "unacceptable",
  407: "forbidden",
  408: "no-answer",
  410: "gone",
  415: "unacceptable",
  416: "unroutable",
  420: "unsupported",
  421: "unsupported",
  425: "unsupported",
  428: "identity-refused",
  429: "forbidden",
  430: "offline",
  433: "forbidden",
  436: "identity-refused",
  437: "identity-refused",
  438: "identity-refused",
  439: "unsupported",
  440: "unroutable",
  470: "forbidden",
  480: "offline",
  482: "unroutable",
  483: "unroutable",
  484: "not-found",
  485: "not-found",
  486: "busy",
  487: "cancelled",
  488: "unacceptable",
  493: "unacceptable",
  494: "unsupported",
  501: "unsupported",
  502: "unroutable",
  503: "overloaded",
  504: "unroutable",
  505: "unsupported",
  580: "unacceptable",
  600: "busy",
  603: "declined",
  604: "not-found",
  606: "unacceptable",
  607: "unwanted",
  608: "unwanted",
};

/**
 * What a final response says. Total: an unknown status means what its class means (RFC 3261 §8.1.3.2), and a
 * status that refuses nothing (below 300) or is none is a failure of whoever sent it as a refusal.
 *
 * @example
 * fromResponse(486, []) // "busy"
 * fromResponse(486, ['etherlynk;cause=486;text="glare"']) // "glare"
 */
export function fromResponse(status: number, reasons: readonly ByteText[]): EndReason {
  const values = parseReasons(reasons);
  const own = ownWord(values, status);
  if (own) return own;
  if (status === 487) return elsewhere(values) ?? "cancelled";
  return MEANINGS[status] ?? classMeaning(status);
}

/**
 * What a CANCEL says: the caller gave up, unless it names another device that answered or declined.
 *
 * @example
 * fromCancel(['SIP;cause=200;text="Call completed elsewhere"']) // "answered-elsewhere"
 */
export function fromCancel(reasons: readonly ByteText[]): EndReason {
  const values = parseReasons(reasons);
  const own = ownWord(values, undefined);
  return elsewhere(values) ?? (own === "glare" ? own : "cancelled");
}

/**
 * What a BYE says: they hung up, unless it says why they had to.
 *
 * @example
 * fromBye([]) // "hung-up-by-them"
 */
export function fromBye(reasons: readonly ByteText[]): EndReason {
  const values = parseReasons(reasons);
  const said = ownWord(values, undefined) ?? elsewhere(values);
  if (said) return said;
  const cause = sipCause(values);
  if (cause === SAYINGS["identity-failed"].status) return "identity-refused";
  return cause === SAYINGS.gone.status ? "gone" : "hung-up-by-them";
}

/** The final response that tells the caller `reason`. */
export function toResponse(reason: EndReason): Refusal {
  const { status, phrase, reason: how } = SAYINGS[reason];
  return how === "none" ? { status, phrase } : { status, phrase, reason: say(reason) };
}

/** The value of the `Reason` header of a CANCEL or BYE; none where the request itself says it. */
export function toReason(reason: EndReason): ByteText | undefined {
  return isPlainGoodbye(reason) ? undefined : say(reason);
}

function isPlainGoodbye(reason: EndReason): boolean {
  return reason === "hung-up-by-me" || reason === "hung-up-by-them" || reason === "cancelled";
}

function say(reason: EndReason): ByteText {
  const { status, phrase, reason: how } = SAYINGS[reason];
  if (how === "ours") return formatReason({ protocol: OWN_PROTOCOL, cause: status, text: reason });
  return formatReason({ protocol: "SIP", ...(how === "none" ? { cause: status, text: phrase } : how) });
}

/** Our own word, as it is to be read on this side. */
function ownWord(values: readonly ReasonValue[], status: number | undefined): EndReason | undefined {
  const word = saidWord(values, status);
  return word && (MIRRORED[word] ?? word);
}

/** Only where it is one that is said this way, with the status that it is said with. */
function saidWord(values: readonly ReasonValue[], status: number | undefined): EndReason | undefined {
  for (const { protocol, cause, text } of values) {
    const bare = protocol === "glare" && cause === undefined;
    const word = bare ? "glare" : protocol === OWN_PROTOCOL ? text : undefined;
    if (word === undefined || !isEndReason(word) || SAYINGS[word].reason !== "ours") continue;
    const expected = SAYINGS[word].status;
    if ((status ?? expected) === expected && (bare || cause === expected)) return word;
  }
  return undefined;
}

/** Words that have a side whatever the direction: what is theirs when they say it is the other one here. */
const MIRRORED: { readonly [Word in EndReason]?: EndReason } = {
  "no-microphone": "no-microphone-there",
  "no-microphone-there": "no-microphone",
  "identity-refused": "identity-failed",
};

function elsewhere(values: readonly ReasonValue[]): EndReason | undefined {
  const cause = sipCause(values);
  if (cause === 200) return "answered-elsewhere";
  return cause === 603 || cause === 600 ? "declined-elsewhere" : undefined;
}

function sipCause(values: readonly ReasonValue[]): number | undefined {
  return values.find(value => value.protocol === "sip")?.cause;
}

function classMeaning(status: number): EndReason {
  if (status >= 300 && status < 400) return "moved";
  return status >= 600 && status < 700 ? "declined" : "failed";
}

export function isEndReason(word: unknown): word is EndReason {
  return typeof word === "string" && Object.hasOwn(SAYINGS, word);
}
