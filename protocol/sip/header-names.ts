import type { ByteText } from "./message.ts";
import {
  scanAddress,
  scanAddresses,
  scanCallId,
  scanContacts,
  scanContentLength,
  scanCSeq,
  scanMaxForwards,
  scanMediaType,
  scanVias,
} from "./scan-header.ts";
import { scanDate } from "./sip-date.ts";

/** A header that we know by name. */
export interface HeaderKind {
  /** Lower-case long form. */
  readonly key: string;
  /** As RFCs write it. */
  readonly name: string;
  /** What its value must be for the message to be read at all; none: any text. */
  readonly scan: ((text: ByteText, at: number) => number) | undefined;
  /** A bit of its own where it may stand but once; 0 where it may stand any number of times. */
  readonly once: number;
}

/** Those of which a message has exactly one, and Via, of which it has at least one (RFC 3261 §8.1.1, §20). */
export const VIA = createKind("Via", scanVias);
export const FROM = createKind("From", scanAddress, 1);
export const TO = createKind("To", scanAddress, 2);
export const CALL_ID = createKind("Call-ID", scanCallId, 3);
export const CSEQ = createKind("CSeq", scanCSeq, 4);
export const CONTENT_LENGTH = createKind("Content-Length", scanContentLength, 5);

const KINDS: readonly HeaderKind[] = [
  VIA,
  FROM,
  TO,
  CALL_ID,
  CSEQ,
  CONTENT_LENGTH,
  createKind("Max-Forwards", scanMaxForwards, 6),
  createKind("Content-Type", scanMediaType, 7),
  createKind("Date", scanDate, 8),
  createKind("Contact", scanContacts),
  ...["Route", "Record-Route", "Path", "Service-Route"].map(name => createKind(name, scanAddresses)),
  // Read by their own readers, and doubled they would mean two things.
  ...[
    "Expires",
    "Min-Expires",
    "RSeq",
    "RAck",
    "Retry-After",
    "Subject",
    "Event",
    "Refer-To",
    "Referred-By",
    "Replaces",
    "Session-Expires",
    "Min-SE",
    "User-Agent",
    "Server",
    "MIME-Version",
    "Content-Disposition",
    "Priority",
    "Timestamp",
    "Subscription-State",
  ].map((name, index) => createKind(name, undefined, 9 + index)),
  ...[
    "Accept",
    "Accept-Contact",
    "Accept-Encoding",
    "Accept-Language",
    "Alert-Info",
    "Allow",
    "Allow-Events",
    "Authentication-Info",
    "Authorization",
    "Call-Info",
    "Content-Encoding",
    "Content-Language",
    "Error-Info",
    "Identity",
    "Identity-Info",
    "In-Reply-To",
    "Organization",
    "P-Asserted-Identity",
    "Privacy",
    "Proxy-Authenticate",
    "Proxy-Authorization",
    "Proxy-Require",
    "Reason",
    "Reject-Contact",
    "Reply-To",
    "Request-Disposition",
    "Require",
    "Supported",
    "Unsupported",
    "Warning",
    "WWW-Authenticate",
  ].map(name => createKind(name, undefined)),
];

/** The compact forms registered with IANA. */
const COMPACT: Readonly<Record<string, string>> = {
  a: "Accept-Contact",
  b: "Referred-By",
  c: "Content-Type",
  d: "Request-Disposition",
  e: "Content-Encoding",
  f: "From",
  i: "Call-ID",
  j: "Reject-Contact",
  k: "Supported",
  l: "Content-Length",
  m: "Contact",
  n: "Identity-Info",
  o: "Event",
  r: "Refer-To",
  s: "Subject",
  t: "To",
  u: "Allow-Events",
  v: "Via",
  x: "Session-Expires",
  y: "Identity",
};

interface Spelling {
  /** Lower case. */
  readonly text: string;
  readonly kind: HeaderKind;
}

const SLOTS: readonly (readonly Spelling[])[] = createSlots();

/**
 * The lower-case long form of a header's name.
 *
 * @example
 * headerKey("v") // "via"
 */
export function headerKey(name: string): string {
  return (findKind(name, 0, name.length)?.key ?? name).toLowerCase();
}

/** Which header `text.slice(start, end)` names, whatever its case, without making a string of it. */
export function findKind(text: ByteText, start: number, end: number): HeaderKind | undefined {
  if (start === end) return undefined;
  const spellings = SLOTS[slotOf(end - start, text.charCodeAt(start), text.charCodeAt(end - 1))];
  if (spellings === undefined) return undefined;
  for (const spelling of spellings) {
    if (spelling.text.length === end - start && isSpelt(text, start, spelling.text)) return spelling.kind;
  }
  return undefined;
}

/** Of the characters of a token only letters, and "_" which none of our names has, change by setting the bit. */
function isSpelt(text: ByteText, start: number, lower: string): boolean {
  for (let index = 0; index < lower.length; index += 1) {
    if ((text.charCodeAt(start + index) | 0x20) !== lower.charCodeAt(index)) return false;
  }
  return true;
}

function slotOf(length: number, first: number, last: number): number {
  return (length * 29 + (first | 0x20) * 7 + (last | 0x20)) & 0xff;
}

function createKind(name: string, scan: HeaderKind["scan"], bit?: number): HeaderKind {
  return { key: name.toLowerCase(), name, scan, once: bit === undefined ? 0 : 1 << bit };
}

function createSlots(): readonly (readonly Spelling[])[] {
  const slots: Spelling[][] = Array.from({ length: 256 }, () => []);
  const add = (text: string, kind: HeaderKind) => {
    slots[slotOf(text.length, text.charCodeAt(0), text.charCodeAt(text.length - 1))]?.push({ text, kind });
  };
  for (const kind of KINDS) add(kind.key, kind);
  for (const [letter, name] of Object.entries(COMPACT)) {
    const kind = KINDS.find(known => known.name === name);
    if (kind !== undefined) add(letter, kind);
  }
  return slots;
}
