import type { ByteText, SipMessage } from "./message.ts";
import { fail, type Head, parseHeaders } from "./parse-headers.ts";
import { parseStartLine } from "./parse-start-line.ts";
import { codeAt } from "./scan.ts";
import { SipParseError } from "./sip-parse-error.ts";
import { type MessageLimits, sipLimits } from "./text-limits.ts";

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
export function parseMessage(text: ByteText, limits: MessageLimits = sipLimits): SipMessage {
  if (text.length > limits.messageBytes) {
    const status = text.startsWith("SIP/") ? undefined : 513;
    throw new SipParseError("it is longer than we read", { offset: limits.messageBytes, status });
  }
  const start = parseStartLine(text, skipLineEnds(text), limits);
  const head = parseHeaders(text, start, limits);
  const body = parseBody(head);
  return start.status === 0
    ? { kind: "request", method: start.method, uri: start.target, headers: head.headers, body }
    : { kind: "response", status: start.status, reason: start.target, headers: head.headers, body };
}

/** A ping or pong between messages (RFC 5626 §3.5.1): line ends and nothing else. */
export function isKeepAlive(text: ByteText): boolean {
  return text === "\r\n\r\n" || text === "\r\n";
}

function skipLineEnds(text: ByteText): number {
  let at = 0;
  while (codeAt(text, at) === 13 && codeAt(text, at + 1) === 10) at += 2;
  return at;
}

function parseBody(head: Head): ByteText {
  const { text, contentLength } = head;
  const start = head.at + 2;
  if (contentLength < 0) return text.slice(start);
  const end = start + contentLength;
  if (end <= text.length) return text.slice(start, end);
  throw fail(head, "the body is shorter than its Content-Length", start);
}
