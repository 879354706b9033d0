import { DIGIT, skip, TOKEN } from "./char-class.ts";
import type { ByteText } from "./message.ts";
import { codeAt, SLASH, skipText } from "./scan.ts";
import { REQUEST_URI, scanUri } from "./scan-uri.ts";
import { SipParseError } from "./sip-parse-error.ts";
import type { MessageLimits } from "./text-limits.ts";

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
export function parseStartLine(text: ByteText, at: number, limits: MessageLimits): StartLine {
  const end = text.indexOf("\r\n", at);
  if (end < 0) throw new SipParseError("a start line belongs here", { offset: at });
  // "/" is no character of a method.
  const isStatusLine = codeAt(text, at + 3) === SLASH && isVersion(text, at, at + VERSION.length);
  if (end - at > limits.startLineBytes) {
    const status = isStatusLine || versionAtEnd(text, at, end) === undefined ? undefined : 414;
    throw new SipParseError("the start line is longer than we read", { offset: at, status });
  }
  return isStatusLine ? parseStatusLine(text, at, end) : parseRequestLine(text, at, end);
}

/** `Method SP Request-URI SP SIP-Version` */
function parseRequestLine(text: ByteText, at: number, end: number): StartLine {
  const methodEnd = skip(text, at, TOKEN);
  if (methodEnd === at || codeAt(text, methodEnd) !== SPACE) {
    throw malformed(text, { at: methodEnd, end, what: "a method and one space belong here" });
  }
  const uriEnd = scanUri(text, methodEnd + 1, REQUEST_URI);
  if (uriEnd < 0) throw malformed(text, { at: ~uriEnd, end, what: "the Request-URI is malformed" });
  if (codeAt(text, uriEnd) !== SPACE || !isVersion(text, uriEnd + 1, end)) {
    throw malformed(text, {
      at: uriEnd,
      end,
      what: "one space and SIP/2.0 belong here, and the end of the line",
    });
  }
  return {
    method: text.slice(at, methodEnd),
    target: text.slice(methodEnd + 1, uriEnd),
    status: 0,
    end: end + 2,
  };
}

/** `SIP-Version SP Status-Code SP Reason-Phrase` */
function parseStatusLine(text: ByteText, at: number, end: number): StartLine {
  const code = at + VERSION.length + 1;
  const codeEnd = skip(text, code, DIGIT);
  const status = codeEnd - code === 3 ? Number(text.slice(code, codeEnd)) : 0;
  if (status < 100 || status > 699) throw new SipParseError("the status is no SIP status", { offset: code });
  if (
    codeAt(text, code - 1) !== SPACE ||
    codeAt(text, codeEnd) !== SPACE ||
    skipText(text, codeEnd + 1) !== end
  ) {
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
