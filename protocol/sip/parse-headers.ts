import { BLANK, isOf, skip, TOKEN } from "./char-class.ts";
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
import type { StartLine } from "./parse-start-line.ts";
import { COLON, codeAt, skipText } from "./scan.ts";
import { SipParseError } from "./sip-parse-error.ts";
import type { MessageLimits } from "./text-limits.ts";

/** What is known of a message while its headers are read. */
export interface Head {
  readonly text: ByteText;
  readonly limits: MessageLimits;
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
const SPACE = 32;
const TAB = 9;
const MANDATORY = FROM.once | TO.once | CALL_ID.once | CSEQ.once;

/** Reads the headers after the start line, up to the empty line. */
export function parseHeaders(text: ByteText, start: StartLine, limits: MessageLimits): Head {
  const head: Head = {
    text,
    limits,
    start,
    headers: [],
    at: start.end,
    seen: 0,
    vias: 0,
    contentLength: -1,
  };
  while (codeAt(text, head.at) !== CR) {
    if (head.headers.length === limits.headers) throw fail(head, "there are more headers than we read");
    const end = parseHeader(head);
    if (end - head.at > limits.headerBytes) throw fail(head, "this header is longer than we read");
    head.at = end;
  }
  if (codeAt(text, head.at + 1) !== LF) throw fail(head, "a CR stands without its LF");
  requireMandatory(head);
  return head;
}

/** 400 for a request; a response that cannot be read is dropped. */
export function fail({ start, at }: Head, what: string, offset = at): SipParseError {
  return new SipParseError(what, { offset, status: start.status === 0 ? 400 : undefined });
}

/** Reads one header and its folded lines; returns where the next one begins. */
function parseHeader(head: Head): number {
  const { text, at } = head;
  const spelling = findSpelling(text, at);
  if (spelling === undefined) return parseOddName(head);
  const { kind } = spelling;
  const start = skip(text, at + spelling.text.length + 1, BLANK);
  const stop = kind.scan === undefined ? skipText(text, start) : kind.scan(text, start);
  if (stop < 0 || !isLineEnd(text, stop) || isFolded(text, stop)) {
    return parseOddValue(head, { kind, name: spelling.text, start });
  }
  addHeader(head, kind, { key: kind.key, name: spelling.text, value: trimmed(text, start, stop) });
  return stop + 2;
}

/** A header whose name is unknown, in unusual case, or has blanks after it. */
function parseOddName(head: Head): number {
  const { text, at } = head;
  const nameEnd = skip(text, at, TOKEN);
  if (nameEnd === at) throw fail(head, "the name of a header belongs here");
  const colon = skip(text, nameEnd, BLANK);
  if (codeAt(text, colon) !== COLON) throw fail(head, "a colon belongs after the name of a header", colon);
  const name = text.slice(at, nameEnd);
  const kind = findKind(name);
  const start = skip(text, colon + 1, BLANK);
  return parseOddValue(head, { kind, name, start });
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
  const value = unfold(head.text.slice(start, end));
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
  return cseq.endsWith(method) && isOf(cseq, cseq.length - method.length - 1, BLANK);
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
  const { text, limits } = head;
  let from = start;
  for (;;) {
    const end = text.indexOf("\r\n", from);
    if (end < 0) throw fail(head, "the headers do not end", text.length);
    if (end - start > limits.headerBytes) throw fail(head, "this header is longer than we read");
    if (!isFolded(text, end)) return end;
    from = end + 2;
  }
}

/** "LWS = [*WSP CRLF] 1*WSP": each is one space (§7.3.1). */
function unfold(value: ByteText): ByteText {
  return value
    .split("\r\n")
    .map(line => trimmed(line, skip(line, 0, BLANK), line.length))
    .filter(line => line !== "")
    .join(" ");
}

function requireSound(head: Head, { kind, start }: OddValue, value: ByteText): void {
  const end = kind?.scan === undefined ? skipText(value, 0) : kind.scan(value, 0);
  if (end === value.length) return;
  throw fail(
    head,
    kind?.scan === undefined ? "this is no text" : `${kind.name} is malformed`,
    start + (end < 0 ? ~end : end),
  );
}

function isLineEnd(text: ByteText, at: number): boolean {
  return codeAt(text, at) === CR && codeAt(text, at + 1) === LF;
}

function isFolded(text: ByteText, lineEnd: number): boolean {
  const code = codeAt(text, lineEnd + 2);
  return code === SPACE || code === TAB;
}

/** The text without blanks at its end. */
function trimmed(text: ByteText, start: number, end: number): ByteText {
  let last = end;
  while (last > start && isOf(text, last - 1, BLANK)) last -= 1;
  return text.slice(start, last);
}
