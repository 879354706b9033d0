import { popVia, toHeader } from "./edit-message.ts";
import { header, headerValues } from "./fields.ts";
import { parseNameAddr, parseVia } from "./headers.ts";
import type { ByteText, SipHeader, SipRequest, SipResponse } from "./message.ts";
import type { ProxyConfig } from "./proxy-config.ts";
import { sentBy } from "./transaction-key.ts";
import { formatUri, param, parseUri, withoutParam } from "./uri.ts";

export interface ForwardOptions {
  /** The Request-URI of the copy (§16.6 step 2). */
  readonly uri: ByteText;
  /** Behind `z9hG4bK`: unique in space and time, unguessable, and ending in `.` and the loop token. */
  readonly branch: string;
  readonly config: ProxyConfig;
  /** Max-Breadth of the copy (RFC 5393 §5.3); none where the request is not forked. */
  readonly breadth: number | undefined;
}

/** Requests that make a dialog, or move its targets: in their way the proxy wants to stay (§16.6 step 4). */
const recorded = new Set(["INVITE", "SUBSCRIBE", "NOTIFY", "REFER", "UPDATE"]);
const MAX_FORWARDS = 70;

/**
 * The copy of a screened request that goes to one target (RFC 3261 §16.6): Request-URI, Max-Forwards,
 * Record-Route, routing past a strict router, Via. In one pass, for it is the hottest path of a node. The same for
 * an ACK of a 2xx, which has no transaction.
 */
export function forwardRequest(request: SipRequest, options: ForwardOptions): SipRequest {
  const { uri, branch, config, breadth } = options;
  const headers: SipHeader[] = [{ key: "via", name: "Via", value: `${config.via};branch=z9hG4bK${branch}` }];
  if (recorded.has(request.method)) {
    headers.push({ key: "record-route", name: "Record-Route", value: config.recordRoute });
  }
  let hops: SipHeader | undefined;
  let hasRoute = false;
  for (const line of request.headers) {
    if (line.key === "max-forwards") {
      hops ??= { key: line.key, name: line.name, value: String(Number(line.value) - 1) };
      headers.push(hops);
    } else if (line.key !== "max-breadth" || breadth === undefined) {
      hasRoute ||= line.key === "route";
      headers.push(line);
    }
  }
  // "If the copy does not contain a Max-Forwards header field, the proxy MUST add one" (§16.6 step 3).
  if (hops === undefined) headers.push(toHeader("Max-Forwards", String(MAX_FORWARDS)));
  if (breadth !== undefined) headers.push(toHeader("Max-Breadth", String(breadth)));
  const copy: SipRequest = { ...request, uri: toRequestUri(uri), headers };
  return hasRoute ? pastStrictRouter(copy) : copy;
}

/**
 * A response that no transaction waits for, one hop further back (§16.11): nothing where its top Via is not ours
 * or the only one. RFC 6026 §8.10 has stateful proxies drop such responses; it is for nodes that took over.
 */
export function forwardResponse(response: SipResponse, config: ProxyConfig): SipResponse | undefined {
  const top = headerValues(response, "via")[0];
  if (top === undefined || sentBy(parseVia(top)) !== config.sentBy) return undefined;
  const copy = popVia(response);
  return header(copy, "via") === undefined ? undefined : copy;
}

/** A Contact may bear what a Request-URI may not: a method, headers (§19.1.1). */
function toRequestUri(text: ByteText): ByteText {
  if (!text.includes("?") && !text.includes(";method=")) return text;
  const uri = parseUri(text);
  return uri.kind === "sip"
    ? formatUri({ ...uri, params: withoutParam(uri.params, "method"), headers: "" })
    : text;
}

/**
 * "If the copy contains a Route header field whose first URI does not contain an lr parameter, the proxy MUST ...
 * place the Request-URI into the Route header field as the last value [and] place the first Route header field value
 * into the Request-URI" (§16.6 step 6).
 */
function pastStrictRouter(copy: SipRequest): SipRequest {
  const [first, ...rest] = headerValues(copy, "route");
  if (first === undefined) return copy;
  const strict = parseNameAddr(first).uri;
  const uri = parseUri(strict);
  if (uri.kind !== "sip" || param(uri.params, "lr") !== undefined) return copy;
  const routes = [...rest, `<${copy.uri}>`].map(route => toHeader("Route", route));
  const [via, ...others] = copy.headers.filter(({ key }) => key !== "route");
  return { ...copy, uri: strict, headers: via === undefined ? routes : [via, ...routes, ...others] };
}
