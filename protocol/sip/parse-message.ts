import { toBytes } from "./byte-text.ts";
import type { ByteText, SipMessage } from "./message.ts";
import { fail, type Head, parseHeaders } from "./parse-headers.ts";
import { parseStartLine, type Source } from "./parse-start-line.ts";
import { codeAt } from "./scan.ts";
import { SipParseError } from "./sip-parse-error.ts";
import { type MessageLimits, sipLimits } from "./text-limits.ts";

export interface ParseOptions {
  readonly limits?: MessageLimits;
  /** The message as it came: a `Buffer` of Node, whose `latin1` is the text. To make them takes as long as to read. */
  readonly bytes?: Uint8Array;
}

/**
 * Reads one message, as a datagram or a WebSocket message carries it (RFC 3261 §7, §18.3; RFC 7118 §5): line
 * ends before it are skipped, what follows the body is dropped, a body shorter than its Content-Length is an
 * error.
 *
 * Checked here: the start line; the form of every header line; that there is a Via, and one each of From, To,
 * Call-ID and CSeq; that these, Max-Forwards, Content-Length, Content-Type, Contact, Route, Record-Route, Path,
 * Service-Route and Date are well-formed; that no header stands twice which may stand once; our limits. So the
 * readers of these headers in `fields.ts` never throw for a message that was read here. Names and order are kept,
 * folded lines (§7.3.1) are joined by one space.
 *
 * @throws SipParseError and nothing else. Its `status` is what a request earns; without one, drop the message.
 */
export function parseMessage(text: ByteText, options: ParseOptions = {}): SipMessage {
  const { limits = sipLimits } = options;
  if (text.length > limits.messageBytes) {
    const status = text.startsWith("SIP/") ? undefined : 513;
    throw new SipParseError("it is longer than we read", { offset: limits.messageBytes, status });
  }
  const bytes = options.bytes ?? toBytes(text);
  if (bytes.length !== text.length) throw new Error("These bytes are not those of the text.");
  const source: Source = { text, bytes, limits };
  const start = parseStartLine(source, skipLineEnds(bytes));
  const head = parseHeaders(source, start);
  const { headers } = head;
  const body = parseBody(head);
  return start.status === 0
    ? { kind: "request", method: start.method, uri: start.target, headers, body }
    : { kind: "response", status: start.status, reason: start.target, headers, body };
}

/** A ping or pong between messages (RFC 5626 §3.5.1): line ends and nothing else. */
export function isKeepAlive(text: ByteText): boolean {
  return text === "\r\n\r\n" || text === "\r\n";
}

function skipLineEnds(bytes: Uint8Array): number {
  let at = 0;
  while (codeAt(bytes, at) === 13 && codeAt(bytes, at + 1) === 10) at += 2;
  return at;
}

function parseBody(head: Head): ByteText {
  const { source, contentLength } = head;
  const { text } = source;
  const start = head.at + 2;
  if (contentLength < 0) return text.slice(start);
  const end = start + contentLength;
  if (end <= text.length) return text.slice(start, end);
  throw fail(head, "the body is shorter than its Content-Length", start);
}
