import { toBytes } from "./byte-text.ts";
import { COLON, codeAt } from "./scan.ts";
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
  readonly scan: ((bytes: Uint8Array, at: number) => number) | undefined;
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

/** A way to write the name of a header we know. */
export interface Spelling {
  readonly text: string;
  /** Of its characters: quicker to compare with than the text. */
  readonly codes: Uint8Array;
  readonly kind: HeaderKind;
}

/** The compact form of a header, where it has one. */
const COMPACT_OF = new Map(Object.entries(COMPACT).map(([letter, name]) => [name, letter]));

/** The names as RFCs write them, and the compact forms. */
const SPELLINGS: readonly Spelling[] = KINDS.flatMap(kind => {
  const letter = COMPACT_OF.get(kind.name);
  return [kind.name, ...(letter === undefined ? [] : [letter])].map(text => ({
    text,
    codes: toBytes(text),
    kind,
  }));
});

const NO_SPELLINGS: readonly Spelling[] = [];

/** By the code of their first character. */
const BY_FIRST: readonly (readonly Spelling[])[] = Array.from({ length: 128 }, (_, code) =>
  SPELLINGS.filter(({ text }) => text.charCodeAt(0) === code),
);

/** By the names above, and by the same in lower case. */
const BY_NAME: ReadonlyMap<string, HeaderKind> = new Map(
  SPELLINGS.flatMap(({ text, kind }): [string, HeaderKind][] => [
    [text, kind],
    [text.toLowerCase(), kind],
  ]),
);

/**
 * The lower-case long form of a header's name.
 *
 * @example
 * headerKey("v") // "via"
 */
export function headerKey(name: string): string {
  return findKind(name)?.key ?? name.toLowerCase();
}

/** The header of that name, in any case. */
export function findKind(name: string): HeaderKind | undefined {
  return BY_NAME.get(name) ?? BY_NAME.get(name.toLowerCase());
}

/** The header whose name stands at `at` in one of its usual spellings, without making a string of it. */
export function findSpelling(bytes: Uint8Array, at: number): Spelling | undefined {
  const spellings = BY_FIRST[codeAt(bytes, at)] ?? NO_SPELLINGS;
  for (let index = 0; index < spellings.length; index += 1) {
    const spelling = spellings[index];
    if (spelling !== undefined && isSpelt(bytes, at, spelling.codes)) return spelling;
  }
  return undefined;
}

function isSpelt(bytes: Uint8Array, at: number, codes: Uint8Array): boolean {
  if (codeAt(bytes, at + codes.length) !== COLON) return false;
  for (let index = 1; index < codes.length; index += 1) {
    if (bytes[at + index] !== codes[index]) return false;
  }
  return true;
}

function createKind(name: string, scan: HeaderKind["scan"], bit?: number): HeaderKind {
  return { key: name.toLowerCase(), name, scan, once: bit === undefined ? 0 : 1 << bit };
}
