import { DIGIT, skip, TOKEN } from "./char-class.ts";
import type { ByteText } from "./message.ts";
import { codeAt, SLASH, skipText } from "./scan.ts";
import { REQUEST_URI, scanUri } from "./scan-uri.ts";
import { SipParseError } from "./sip-parse-error.ts";
import type { MessageLimits } from "./text-limits.ts";

/** One message, twice: bytes are quick to look at, text is what is taken out. */
export interface Source {
  readonly text: ByteText;
  readonly bytes: Uint8Array;
  readonly limits: MessageLimits;
}

export interface StartLine {
  /** Of a request; "" of a response. */
  readonly method: string;
  /** The Request-URI, or the Reason-Phrase. */
  readonly target: ByteText;
  /** 0: a request. */
  readonly status: number;
  /** Where the headers begin. */
  readonly end: number;
}

const SPACE = 32;
const VERSION = "SIP/2.0";

/** `Request-Line / Status-Line` (RFC 3261 §7.1, §7.2), which "MUST NOT" be folded nor have other blanks. */
export function parseStartLine(source: Source, at: number): StartLine {
  const { text, bytes, limits } = source;
  const end = text.indexOf("\r\n", at);
  if (end < 0) throw new SipParseError("a start line belongs here", { offset: at });
  // "/" is no character of a method.
  const isStatusLine = codeAt(bytes, at + 3) === SLASH && isVersion(text, at, at + VERSION.length);
  if (end - at > limits.startLineBytes) {
    const status = isStatusLine || versionAtEnd(text, at, end) === undefined ? undefined : 414;
    throw new SipParseError("the start line is longer than we read", { offset: at, status });
  }
  return isStatusLine ? parseStatusLine(source, at, end) : parseRequestLine(source, at, end);
}

/** `Method SP Request-URI SP SIP-Version` */
function parseRequestLine({ text, bytes }: Source, at: number, end: number): StartLine {
  const methodEnd = skip(bytes, at, TOKEN);
  if (methodEnd === at || codeAt(bytes, methodEnd) !== SPACE) {
    throw malformed(text, { at: methodEnd, end, what: "a method and one space belong here" });
  }
  const uriEnd = scanUri(bytes, methodEnd + 1, REQUEST_URI);
  if (uriEnd < 0) throw malformed(text, { at: ~uriEnd, end, what: "the Request-URI is malformed" });
  if (codeAt(bytes, uriEnd) !== SPACE || !isVersion(text, uriEnd + 1, end)) {
    const what = "one space and SIP/2.0 belong here, and the end of the line";
    throw malformed(text, { at: uriEnd, end, what });
  }
  return {
    method: text.slice(at, methodEnd),
    target: text.slice(methodEnd + 1, uriEnd),
    status: 0,
    end: end + 2,
  };
}

/** `SIP-Version SP Status-Code SP Reason-Phrase` */
function parseStatusLine({ text, bytes }: Source, at: number, end: number): StartLine {
  const code = at + VERSION.length + 1;
  const codeEnd = skip(bytes, code, DIGIT);
  const status = codeEnd - code === 3 ? Number(text.slice(code, codeEnd)) : 0;
  if (status < 100 || status > 699) throw new SipParseError("the status is no SIP status", { offset: code });
  const isSpaced = codeAt(bytes, code - 1) === SPACE && codeAt(bytes, codeEnd) === SPACE;
  if (!isSpaced || skipText(bytes, codeEnd + 1) !== end) {
    throw new SipParseError("one space and a reason belong here", { offset: codeEnd });
  }
  return { method: "", target: text.slice(codeEnd + 1, end), status, end: end + 2 };
}

/** "SIP/2.0" and nothing else, in any case (§25.1: strings are). */
function isVersion(text: ByteText, at: number, end: number): boolean {
  if (end - at !== VERSION.length) return false;
  return text.startsWith(VERSION, at) || text.slice(at, end).toUpperCase() === VERSION;
}

interface BadLine {
  readonly at: number;
  readonly end: number;
  readonly what: string;
}

/** A line that ends as a request's does was meant as one, and is answered: 505 to another version (§21.5.6). */
function malformed(text: ByteText, { at, end, what }: BadLine): SipParseError {
  const version = versionAtEnd(text, Math.max(at - 1, 0), end);
  const status = version === undefined ? undefined : version === "2.0" ? 400 : 505;
  return new SipParseError(what, { offset: at, status });
}

function versionAtEnd(text: ByteText, at: number, end: number): string | undefined {
  return /(?:^|[ \t])SIP\/(\d+\.\d+)[ \t]*$/i.exec(text.slice(Math.max(at, end - 32), end))?.[1];
}
