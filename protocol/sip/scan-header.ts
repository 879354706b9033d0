import { BLANK, skip, TOKEN, WORD } from "./char-class.ts";
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

export function scanVias(bytes: Uint8Array, at: number): number {
  let end = scanVia(bytes, at);
  for (let count = 1; end >= 0 && codeAt(bytes, end) === COMMA; count += 1) {
    end = count < sipLimits.values ? scanVia(bytes, skip(bytes, end + 1, BLANK)) : ~end;
  }
  return end;
}

/** `via-parm = sent-protocol LWS sent-by *( SEMI via-params )` */
export function scanVia(bytes: Uint8Array, at: number): number {
  let end = scanSentProtocol(bytes, at);
  if (end < 0) return end;
  const host = skip(bytes, end, BLANK);
  if (host === end) return ~end;
  end = scanHost(bytes, host);
  if (end < 0) return end;
  end = skip(bytes, end, BLANK);
  if (codeAt(bytes, end) === COLON) {
    end = scanNumber(bytes, skip(bytes, end + 1, BLANK), 65_535);
    if (end < 0) return end;
  }
  return scanParams(bytes, end);
}

/** `sent-protocol = protocol-name SLASH protocol-version SLASH transport` */
export function scanSentProtocol(bytes: Uint8Array, at: number): number {
  let end = scanToken(bytes, at);
  for (let part = 0; part < 2 && end >= 0; part += 1) {
    end = scanMark(bytes, end, SLASH);
    if (end >= 0) end = scanToken(bytes, end);
  }
  return end;
}

/** One `( name-addr / addr-spec ) *( SEMI generic-param )`: To, From. */
export function scanAddress(bytes: Uint8Array, at: number): number {
  const uri = scanDisplayName(bytes, at);
  if (uri < 0) return uri;
  if (uri === at) {
    const end = scanUri(bytes, at, BARE_URI);
    return end < 0 ? end : scanParams(bytes, end);
  }
  const end = scanUri(bytes, uri, WHOLE_URI);
  if (end < 0) return end;
  return codeAt(bytes, end) === GREATER ? scanParams(bytes, end + 1) : ~end;
}

/** `[ display-name ] LAQUOT`; where no angle bracket follows, `at` itself: an `addr-spec` begins there. */
export function scanDisplayName(bytes: Uint8Array, at: number): number {
  if (codeAt(bytes, at) === QUOTE) {
    const end = scanQuoted(bytes, at);
    if (end < 0) return end;
    const bracket = skip(bytes, end, BLANK);
    return codeAt(bytes, bracket) === LESS ? bracket + 1 : ~bracket;
  }
  const end = skip(bytes, at, TOKEN | BLANK);
  return codeAt(bytes, end) === LESS ? end + 1 : at;
}

/** One or more addresses: Route, Record-Route, Path, and Contact. */
export function scanAddresses(bytes: Uint8Array, at: number): number {
  let end = scanAddress(bytes, at);
  for (let count = 1; end >= 0 && codeAt(bytes, end) === COMMA; count += 1) {
    end = count < sipLimits.values ? scanAddress(bytes, skip(bytes, end + 1, BLANK)) : ~end;
  }
  return end;
}

/** `( STAR / (contact-param *(COMMA contact-param)))` */
export function scanContacts(bytes: Uint8Array, at: number): number {
  if (codeAt(bytes, at) !== ASTERISK) return scanAddresses(bytes, at);
  // A display name may begin with an asterisk too.
  const end = skip(bytes, at + 1, BLANK);
  return end === bytes.length || codeAt(bytes, end) === CR ? end : scanAddresses(bytes, at);
}

/** `callid = word [ "@" word ]` */
export function scanCallId(bytes: Uint8Array, at: number): number {
  const end = skip(bytes, at, WORD);
  if (end === at) return ~at;
  if (codeAt(bytes, end) !== AT) return end;
  const last = skip(bytes, end + 1, WORD);
  return last === end + 1 ? ~last : last;
}

/** `CSeq = 1*DIGIT LWS Method` */
export function scanCSeq(bytes: Uint8Array, at: number): number {
  const end = scanNumber(bytes, at, MAX_SEQ);
  if (end < 0) return end;
  const method = skip(bytes, end, BLANK);
  return method === end ? ~end : scanToken(bytes, method);
}

/** "This value is an integer in the range 0-255" (§20.22). */
export function scanMaxForwards(bytes: Uint8Array, at: number): number {
  return scanNumber(bytes, at, 255);
}

export function scanContentLength(bytes: Uint8Array, at: number): number {
  return scanNumber(bytes, at, Number.MAX_SAFE_INTEGER);
}

/** `media-type = m-type SLASH m-subtype *(SEMI m-parameter)` */
export function scanMediaType(bytes: Uint8Array, at: number): number {
  let end = scanToken(bytes, at);
  if (end >= 0) end = scanMark(bytes, end, SLASH);
  if (end >= 0) end = scanToken(bytes, end);
  return end < 0 ? end : scanParams(bytes, end);
}
