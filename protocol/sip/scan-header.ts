import { BLANK, skip, TOKEN, WORD } from "./char-class.ts";
import type { ByteText } from "./message.ts";
import {
  ASTERISK,
  AT,
  COLON,
  COMMA,
  codeAt,
  GREATER,
  LESS,
  QUOTE,
  SLASH,
  scanHost,
  scanMark,
  scanNumber,
  scanParams,
  scanQuoted,
  scanToken,
} from "./scan.ts";
import { BARE_URI, scanUri, WHOLE_URI } from "./scan-uri.ts";
import { sipLimits } from "./text-limits.ts";

// Scanners of the values of headers; `scan.ts` says what scanners return. Blanks after a value are part of it.

const CR = 13;

/** "The sequence number value MUST be expressible as a 32-bit unsigned integer and MUST be less than 2**31." */
export const MAX_SEQ = 2 ** 31 - 1;

export function scanVias(text: ByteText, at: number): number {
  let end = scanVia(text, at);
  for (let count = 1; end >= 0 && codeAt(text, end) === COMMA; count += 1) {
    end = count < sipLimits.values ? scanVia(text, skip(text, end + 1, BLANK)) : ~end;
  }
  return end;
}

/** `via-parm = sent-protocol LWS sent-by *( SEMI via-params )` */
export function scanVia(text: ByteText, at: number): number {
  let end = scanSentProtocol(text, at);
  if (end < 0) return end;
  const host = skip(text, end, BLANK);
  if (host === end) return ~end;
  end = scanHost(text, host);
  if (end < 0) return end;
  end = skip(text, end, BLANK);
  if (codeAt(text, end) === COLON) {
    end = scanNumber(text, skip(text, end + 1, BLANK), 65_535);
    if (end < 0) return end;
  }
  return scanParams(text, end);
}

/** `sent-protocol = protocol-name SLASH protocol-version SLASH transport` */
export function scanSentProtocol(text: ByteText, at: number): number {
  let end = scanToken(text, at);
  for (let part = 0; part < 2 && end >= 0; part += 1) {
    end = scanMark(text, end, SLASH);
    if (end >= 0) end = scanToken(text, end);
  }
  return end;
}

/** One `( name-addr / addr-spec ) *( SEMI generic-param )`: To, From. */
export function scanAddress(text: ByteText, at: number): number {
  const uri = scanDisplayName(text, at);
  if (uri < 0) return uri;
  if (uri === at) {
    const end = scanUri(text, at, BARE_URI);
    return end < 0 ? end : scanParams(text, end);
  }
  const end = scanUri(text, uri, WHOLE_URI);
  if (end < 0) return end;
  return codeAt(text, end) === GREATER ? scanParams(text, end + 1) : ~end;
}

/** `[ display-name ] LAQUOT`; where no angle bracket follows, `at` itself: an `addr-spec` begins there. */
export function scanDisplayName(text: ByteText, at: number): number {
  if (codeAt(text, at) === QUOTE) {
    const end = scanQuoted(text, at);
    if (end < 0) return end;
    const bracket = skip(text, end, BLANK);
    return codeAt(text, bracket) === LESS ? bracket + 1 : ~bracket;
  }
  const end = skip(text, at, TOKEN | BLANK);
  return codeAt(text, end) === LESS ? end + 1 : at;
}

/** One or more addresses: Route, Record-Route, Path, and Contact. */
export function scanAddresses(text: ByteText, at: number): number {
  let end = scanAddress(text, at);
  for (let count = 1; end >= 0 && codeAt(text, end) === COMMA; count += 1) {
    end = count < sipLimits.values ? scanAddress(text, skip(text, end + 1, BLANK)) : ~end;
  }
  return end;
}

/** `( STAR / (contact-param *(COMMA contact-param)))` */
export function scanContacts(text: ByteText, at: number): number {
  if (codeAt(text, at) !== ASTERISK) return scanAddresses(text, at);
  // A display name may begin with an asterisk too.
  const end = skip(text, at + 1, BLANK);
  return end === text.length || codeAt(text, end) === CR ? end : scanAddresses(text, at);
}

/** `callid = word [ "@" word ]` */
export function scanCallId(text: ByteText, at: number): number {
  const end = skip(text, at, WORD);
  if (end === at) return ~at;
  if (codeAt(text, end) !== AT) return end;
  const last = skip(text, end + 1, WORD);
  return last === end + 1 ? ~last : last;
}

/** `CSeq = 1*DIGIT LWS Method` */
export function scanCSeq(text: ByteText, at: number): number {
  const end = scanNumber(text, at, MAX_SEQ);
  if (end < 0) return end;
  const method = skip(text, end, BLANK);
  return method === end ? ~end : scanToken(text, method);
}

/** "This value is an integer in the range 0-255" (§20.22). */
export function scanMaxForwards(text: ByteText, at: number): number {
  return scanNumber(text, at, 255);
}

export function scanContentLength(text: ByteText, at: number): number {
  return scanNumber(text, at, Number.MAX_SAFE_INTEGER);
}

/** `media-type = m-type SLASH m-subtype *(SEMI m-parameter)` */
export function scanMediaType(text: ByteText, at: number): number {
  let end = scanToken(text, at);
  if (end >= 0) end = scanMark(text, end, SLASH);
  if (end >= 0) end = scanToken(text, end);
  return end < 0 ? end : scanParams(text, end);
}
