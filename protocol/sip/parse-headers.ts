import { toBytes } from "./byte-text.ts";
import { BLANK, isCodeOf, isOf, skip, TOKEN, trimBlanks } from "./char-class.ts";
import {
  CALL_ID,
  CONTENT_LENGTH,
  CSEQ,
  FROM,
  findKind,
  findSpelling,
  type HeaderKind,
  TO,
  VIA,
} from "./header-names.ts";
import type { ByteText, SipHeader } from "./message.ts";
import type { Source, StartLine } from "./parse-start-line.ts";
import { COLON, codeAt, skipText } from "./scan.ts";
import { SipParseError } from "./sip-parse-error.ts";

/** What is known of a message while its headers are read. */
export interface Head {
  readonly source: Source;
  readonly start: StartLine;
  readonly headers: SipHeader[];
  /** Where the header begins that is being read; when all are, where the empty line does. */
  at: number;
  /** Bits of `HeaderKind.once`. */
  seen: number;
  vias: number;
  /** -1: not told. */
  contentLength: number;
}

const CR = 13;
const LF = 10;
const MANDATORY = FROM.once | TO.once | CALL_ID.once | CSEQ.once;

/** Reads the headers after the start line, up to the empty line. */
export function parseHeaders(source: Source, start: StartLine): Head {
  const { bytes, limits } = source;
  const head: Head = {
    source,
    start,
    headers: [],
    at: start.end,
    seen: 0,
    vias: 0,
    contentLength: -1,
  };
  while (codeAt(bytes, head.at) !== CR) {
    if (head.headers.length === limits.headers) throw fail(head, "there are more headers than we read");
    const end = parseHeader(head);
    if (end - head.at > limits.headerBytes) throw fail(head, "this header is longer than we read");
    head.at = end;
  }
  if (codeAt(bytes, head.at + 1) !== LF) throw fail(head, "a CR stands without its LF");
  requireMandatory(head);
  return head;
}

/** 400 for a request; a response that cannot be read is dropped. */
export function fail({ start, at }: Head, what: string, offset = at): SipParseError {
  return new SipParseError(what, { offset, status: start.status === 0 ? 400 : undefined });
}

/** Reads one header and its folded lines; returns where the next one begins. */
function parseHeader(head: Head): number {
  const { source, at } = head;
  const { bytes } = source;
  const spelling = findSpelling(bytes, at);
  if (spelling === undefined) return parseOddName(head);
  const { kind } = spelling;
  const start = skip(bytes, at + spelling.text.length + 1, BLANK);
  const stop = kind.scan === undefined ? skipText(bytes, start) : kind.scan(bytes, start);
  if (stop < 0 || !isLineEnd(bytes, stop) || isFolded(bytes, stop)) {
    return parseOddValue(head, { kind, name: spelling.text, start });
  }
  let end = stop;
  while (end > start && isOf(bytes, end - 1, BLANK)) end -= 1;
  addHeader(head, kind, { key: kind.key, name: spelling.text, value: source.text.slice(start, end) });
  return stop + 2;
}

/** A header whose name is unknown, in unusual case, or has blanks after it. */
function parseOddName(head: Head): number {
  const { source, at } = head;
  const { bytes } = source;
  const nameEnd = skip(bytes, at, TOKEN);
  if (nameEnd === at) throw fail(head, "the name of a header belongs here");
  const colon = skip(bytes, nameEnd, BLANK);
  if (codeAt(bytes, colon) !== COLON) throw fail(head, "a colon belongs after the name of a header", colon);
  const name = source.text.slice(at, nameEnd);
  return parseOddValue(head, { kind: findKind(name), name, start: skip(bytes, colon + 1, BLANK) });
}

interface OddValue {
  readonly kind: HeaderKind | undefined;
  readonly name: string;
  readonly start: number;
}

/** A value that is folded, or wrong, or has blanks after it where its scanner expects none. */
function parseOddValue(head: Head, odd: OddValue): number {
  const { kind, name, start } = odd;
  const end = findEnd(head, start);
  const value = unfold(head.source.text.slice(start, end));
  requireSound(head, odd, value);
  addHeader(head, kind, { key: kind?.key ?? name.toLowerCase(), name, value });
  return end + 2;
}

function addHeader(head: Head, kind: HeaderKind | undefined, header: SipHeader): void {
  head.headers.push(header);
  if (kind === undefined) return;
  if (kind === VIA) head.vias += 1;
  if (kind.once === 0) return;
  if ((head.seen & kind.once) !== 0) throw fail(head, `${kind.name} stands twice`);
  head.seen |= kind.once;
  if (kind === CONTENT_LENGTH) head.contentLength = Number(header.value);
  if (kind === CSEQ && head.start.status === 0 && !namesMethod(header.value, head.start.method)) {
    throw fail(head, "CSeq names another method");
  }
}

/** "Methods are case-sensitive" (§7.1). */
function namesMethod(cseq: ByteText, method: string): boolean {
  return cseq.endsWith(method) && isCodeOf(cseq.charCodeAt(cseq.length - method.length - 1), BLANK);
}

function requireMandatory(head: Head): void {
  if (head.vias === 0) throw fail(head, "Via is missing");
  if ((head.seen & MANDATORY) === MANDATORY) return;
  for (const kind of [FROM, TO, CALL_ID, CSEQ]) {
    if ((head.seen & kind.once) === 0) throw fail(head, `${kind.name} is missing`);
  }
}

/** Where a header ends that may go on in lines that begin with a blank. */
function findEnd(head: Head, start: number): number {
  const { text, bytes, limits } = head.source;
  let from = start;
  for (;;) {
    const end = text.indexOf("\r\n", from);
    if (end < 0) throw fail(head, "the headers do not end", text.length);
    if (end - start > limits.headerBytes) throw fail(head, "this header is longer than we read");
    if (!isFolded(bytes, end)) return end;
    from = end + 2;
  }
}

/** "LWS = [*WSP CRLF] 1*WSP": each is one space (§7.3.1). */
function unfold(value: ByteText): ByteText {
  const lines = value.split("\r\n").map(trimBlanks);
  return lines.filter(line => line !== "").join(" ");
}

/** Scans a value again, which a fold had cut, or which has blanks after it, or is wrong: then says where. */
function requireSound(head: Head, { kind, start }: OddValue, value: ByteText): void {
  const bytes = toBytes(value);
  const end = kind?.scan === undefined ? skipText(bytes, 0) : kind.scan(bytes, 0);
  if (end === bytes.length) return;
  const what = kind?.scan === undefined ? "this is no text" : `${kind.name} is malformed`;
  throw fail(head, what, start + (end < 0 ? ~end : end));
}

function isLineEnd(bytes: Uint8Array, at: number): boolean {
  return codeAt(bytes, at) === CR && codeAt(bytes, at + 1) === LF;
}

function isFolded(bytes: Uint8Array, lineEnd: number): boolean {
  return isOf(bytes, lineEnd + 2, BLANK);
}
