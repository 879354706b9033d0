import { BLANK, isOf, skip, TOKEN } from "./char-class.ts";
import { CALL_ID, CONTENT_LENGTH, CSEQ, FROM, findKind, type HeaderKind, TO, VIA } from "./header-names.ts";
import type { ByteText, SipHeader, SipMessage } from "./message.ts";
import { parseStartLine, type StartLine } from "./parse-start-line.ts";
import { COLON, codeAt, skipText } from "./scan.ts";
import { SipParseError } from "./sip-parse-error.ts";
import { type MessageLimits, sipLimits } from "./text-limits.ts";

/** What is known of a message while its headers are read. */
interface Head {
  readonly text: ByteText;
  readonly limits: MessageLimits;
  readonly start: StartLine;
  readonly headers: SipHeader[];
  /** Bits of `HeaderKind.once`. */
  seen: number;
  vias: number;
  /** -1: not told. */
  contentLength: number;
}

const CR = 13;
const LF = 10;
const MANDATORY = FROM.once | TO.once | CALL_ID.once | CSEQ.once;

/**
 * Reads one message, as a datagram or a WebSocket message carries it (RFC 3261 §7, §18.3; RFC 7118 §5): line
 * ends before it are skipped, what follows the body is dropped, a body shorter than its Content-Length is an
 * error.
 *
 * Checked here: the start line; the form of every header line; that there is a Via, and one each of From, To,
 * Call-ID and CSeq; that these, Max-Forwards, Content-Length, Content-Type, Contact, Route, Record-Route and Date
 * are well-formed; that no header stands twice which may stand once; our limits. So the readers of these headers
 * in `fields.ts` never throw for a message that was read here. Names and order are kept, folded lines (§7.3.1)
 * are joined by one space.
 *
 * @throws SipParseError and nothing else. Its `status` is what a request earns; without one, drop the message.
 */
export function parseMessage(text: ByteText, limits: MessageLimits = sipLimits): SipMessage {
  if (text.length > limits.messageBytes) {
    throw new SipParseError("it is longer than we read", { offset: limits.messageBytes, status: 513 });
  }
  const start = parseStartLine(text, skipLineEnds(text), limits);
  const head: Head = { text, limits, start, headers: [], seen: 0, vias: 0, contentLength: -1 };
  const end = parseHeaders(head, start.end);
  requireMandatory(head, end);
  const body = parseBody(head, end + 2);
  const { method, target, status } = start;
  return status === 0
    ? { kind: "request", method, uri: target, headers: head.headers, body }
    : { kind: "response", status, reason: target, headers: head.headers, body };
}

/** A ping or pong between messages (RFC 5626 §3.5.1): line ends and nothing else. */
export function isKeepAlive(text: ByteText): boolean {
  return text.length <= 4 && skipLineEnds(text) === text.length;
}

function skipLineEnds(text: ByteText): number {
  let at = 0;
  while (codeAt(text, at) === CR && codeAt(text, at + 1) === LF) at += 2;
  return at;
}

/** Returns where the empty line begins. */
function parseHeaders(head: Head, from: number): number {
  const { text, limits } = head;
  let at = from;
  while (codeAt(text, at) !== CR) {
    if (head.headers.length === limits.headers) throw fail(head, at, "there are more headers than we read");
    const end = parseHeader(head, at);
    if (end - at > limits.headerBytes) throw fail(head, at, "this header is longer than we read");
    at = end;
  }
  if (codeAt(text, at + 1) !== LF) throw fail(head, at, "a CR stands without its LF");
  return at;
}

/** Reads one header and its folded lines; returns where the next one begins. */
function parseHeader(head: Head, at: number): number {
  const { text } = head;
  const nameEnd = skip(text, at, TOKEN);
  if (nameEnd === at) throw fail(head, at, "the name of a header belongs here");
  const colon = skip(text, nameEnd, BLANK);
  if (codeAt(text, colon) !== COLON) throw fail(head, colon, "a colon belongs after the name of a header");
  const kind = findKind(text, at, nameEnd);
  const start = skip(text, colon + 1, BLANK);
  const stop = kind?.scan === undefined ? skipText(text, start) : kind.scan(text, start);
  let value: ByteText;
  let end = stop;
  if (stop >= 0 && isLineEnd(text, stop) && !isFolded(text, stop)) {
    value = text.slice(start, trimBlanks(text, start, stop));
  } else {
    end = findEnd(head, start);
    value = unfold(text.slice(start, end));
    requireSound(head, { kind, value, start, stop });
  }
  const name = text.slice(at, nameEnd);
  head.headers.push({
    key: kind?.key ?? name.toLowerCase(),
    name: kind !== undefined && kind.name === name ? kind.name : name,
    value,
  });
  if (kind !== undefined) note(head, kind, { value, at });
  return end + 2;
}

/** Where a header ends that may go on in lines that begin with a blank. */
function findEnd(head: Head, start: number): number {
  const { text, limits } = head;
  let from = start;
  for (;;) {
    const end = text.indexOf("\r\n", from);
    if (end < 0) throw fail(head, text.length, "the headers do not end");
    if (end - start > limits.headerBytes) throw fail(head, start, "this header is longer than we read");
    if (!isFolded(text, end)) return end;
    from = end + 2;
  }
}

/** "LWS = [*WSP CRLF] 1*WSP": each is one space (§7.3.1). */
function unfold(value: ByteText): ByteText {
  return value
    .split("\r\n")
    .map(line => line.slice(skip(line, 0, BLANK), trimBlanks(line, 0, line.length)))
    .filter(line => line !== "")
    .join(" ");
}

interface Unsure {
  readonly kind: HeaderKind | undefined;
  readonly value: ByteText;
  readonly start: number;
  readonly stop: number;
}

/** Scans a value again that a fold had cut in pieces, or that was wrong: then says where. */
function requireSound(head: Head, { kind, value, start, stop }: Unsure): void {
  const end = kind?.scan === undefined ? skipText(value, 0) : kind.scan(value, 0);
  if (end === value.length) return;
  const offset = stop < 0 ? ~stop : stop;
  // Up to a fold both scans went the same way; after it the first one knows nothing.
  const place = isLineEnd(head.text, offset) && isFolded(head.text, offset) ? start : offset;
  throw fail(head, place, kind?.scan === undefined ? "no text of SIP" : `${kind.name} is malformed`);
}

function note(head: Head, kind: HeaderKind, { value, at }: { value: ByteText; at: number }): void {
  if (kind === VIA) head.vias += 1;
  if (kind.once === 0) return;
  if ((head.seen & kind.once) !== 0) throw fail(head, at, `${kind.name} stands twice`);
  head.seen |= kind.once;
  if (kind === CONTENT_LENGTH) head.contentLength = Number(value);
  if (kind === CSEQ && head.start.status === 0 && !namesMethod(value, head.start.method)) {
    throw fail(head, at, "CSeq names another method");
  }
}

/** "Methods are case-sensitive" (§7.1). */
function namesMethod(cseq: ByteText, method: string): boolean {
  return cseq.endsWith(method) && isOf(cseq, cseq.length - method.length - 1, BLANK);
}

function requireMandatory(head: Head, at: number): void {
  if (head.vias === 0) throw fail(head, at, "Via is missing");
  if ((head.seen & MANDATORY) === MANDATORY) return;
  for (const kind of [FROM, TO, CALL_ID, CSEQ]) {
    if ((head.seen & kind.once) === 0) throw fail(head, at, `${kind.name} is missing`);
  }
}

function parseBody({ text, start, contentLength }: Head, at: number): ByteText {
  if (contentLength < 0) return text.slice(at);
  const end = at + contentLength;
  if (end <= text.length) return text.slice(at, end);
  throw fail({ start }, at, "the body is shorter than its Content-Length");
}

function isLineEnd(text: ByteText, at: number): boolean {
  return codeAt(text, at) === CR && codeAt(text, at + 1) === LF;
}

function isFolded(text: ByteText, lineEnd: number): boolean {
  const code = codeAt(text, lineEnd + 2);
  return code === 32 || code === 9;
}

function trimBlanks(text: ByteText, start: number, end: number): number {
  let last = end;
  while (last > start && (text.charCodeAt(last - 1) === 32 || text.charCodeAt(last - 1) === 9)) last -= 1;
  return last;
}

function fail({ start }: Pick<Head, "start">, offset: number, what: string): SipParseError {
  return new SipParseError(what, { offset, status: start.status === 0 ? 400 : undefined });
}
