import { headerValues } from "./fields.ts";
import { parseVia } from "./headers.ts";
import type { SipRequest } from "./message.ts";
import type { ProxyConfig } from "./proxy-config.ts";
import { sentBy } from "./transaction-key.ts";
import { param } from "./uri.ts";

/** Whatever may lead a request elsewhere, and the request's own identity; nothing that every hop changes. */
const decisive = new Set(["from", "to", "call-id", "cseq", "route", "proxy-require", "proxy-authorization"]);

/**
 * By which a proxy knows a request again that it forwarded before (RFC 3261 §16.6 step 8, RFC 5393 §4.2). It ends
 * the branches of this request, and is computed of the request as it was received.
 */
export function loopToken(request: SipRequest): string {
  let text = request.uri;
  for (const { key, value } of request.headers) {
    if (decisive.has(key)) text += `\n${value}`;
  }
  return checksum(text);
}

/**
 * Was this very request here before (RFC 3261 §16.3 step 4)? One that comes back with another Request-URI is
 * spiraling, not looping, and may pass.
 */
export function isLooping(request: SipRequest, token: string, config: ProxyConfig): boolean {
  // Most requests bear no Via with it: these need not be read.
  const isSuspect = request.headers.some(({ key, value }) => key === "via" && value.includes(token));
  return isSuspect && headerValues(request, "via").some(via => isOwnVia(via, token, config));
}

function isOwnVia(value: string, token: string, config: ProxyConfig): boolean {
  const via = parseVia(value);
  return sentBy(via) === config.sentBy && (param(via.params, "branch") ?? "").endsWith(`.${token}`);
}

/**
 * 64 bits of FNV-1a, in two halves. No secret hangs on it: whoever finds a collision gets a 482 to a request of
 * their own making.
 */
function checksum(text: string): string {
  let low = 0x811c9dc5;
  let high = 0xcbf29ce4;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x5bd1e995);
  }
  return `${(low >>> 0).toString(36)}${(high >>> 0).toString(36)}`;
}
