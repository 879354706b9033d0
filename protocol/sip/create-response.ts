import { formatNameAddr, parseNameAddr } from "./headers.ts";
import type { ByteText, SipHeader, SipRequest, SipResponse } from "./message.ts";
import { reasonPhrase } from "./reason-phrases.ts";
import { param, withParam } from "./uri.ts";

export interface ResponseParts {
  readonly reason?: ByteText;
  /** Added to a To that has none; a 100 gets none. */
  readonly toTag?: string;
  readonly headers?: readonly SipHeader[];
  /** Its Content-Type is one of `headers`. */
  readonly body?: ByteText;
}

/** Requests by which dialogs begin, or which refresh their route (RFC 3261 §12.1, RFC 6665). */
const DIALOG_METHODS = new Set(["INVITE", "SUBSCRIBE", "REFER", "NOTIFY"]);

/**
 * A response to a request (RFC 3261 §8.2.6.2): its Vias, From, To, Call-ID and CSeq; a 100 also its Timestamp
 * (§8.2.6.1), one that may make a dialog also its Record-Routes (§12.1.1).
 *
 * @example
 * createResponse(invite, 180, { toTag: "a6c85cf" })
 */
export function createResponse(request: SipRequest, status: number, parts: ResponseParts = {}): SipResponse {
  const { reason = reasonPhrase(status), toTag, headers = [], body = "" } = parts;
  const copied: SipHeader[] = [];
  for (const line of request.headers) {
    if (!isCopied(line.key, status, request.method)) continue;
    copied.push(line.key === "to" && toTag !== undefined && status > 100 ? withTag(line, toTag) : line);
  }
  return { kind: "response", status, reason, headers: [...copied, ...headers], body };
}

function isCopied(key: string, status: number, method: string): boolean {
  switch (key) {
    case "via":
    case "from":
    case "to":
    case "call-id":
    case "cseq":
      return true;
    case "timestamp":
      return status === 100;
    case "record-route":
      return status > 100 && status < 300 && DIALOG_METHODS.has(method);
    default:
      return false;
  }
}

function withTag(line: SipHeader, tag: string): SipHeader {
  const address = parseNameAddr(line.value);
  if (param(address.params, "tag") !== undefined) return line;
  return { ...line, value: formatNameAddr({ ...address, params: withParam(address.params, "tag", tag) }) };
}
