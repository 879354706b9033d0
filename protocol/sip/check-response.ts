import { headerValues } from "./fields.ts";
import { parseVia } from "./headers.ts";
import type { SipResponse } from "./message.ts";

/**
 * Whether a client may take a response: "If more than one Via header field value is present in a response, the UAC
 * SHOULD discard the message" (RFC 3261 §8.1.3.3); it was meant for somebody else.
 */
export function isForClient(response: SipResponse): boolean {
  return headerValues(response, "via").length === 1;
}

/**
 * Whether a proxy may pass a response on: there is a Via below its own, and that names one host, not all hosts of
 * a network (RFC 4475 §3.3.10). Whoever sent the request chose it.
 */
export function isForNextHop(response: SipResponse): boolean {
  const [, below] = headerValues(response, "via");
  return below !== undefined && isOneHost(parseVia(below).host);
}

/** Neither multicast nor broadcast nor "any" (RFC 6890). */
function isOneHost(host: string): boolean {
  const first = Number(host.split(".", 1)[0]);
  if (/^[\d.]+$/.test(host)) return first > 0 && first < 224;
  return !/^\[(?:ff|[0:]+\])/i.test(host);
}
