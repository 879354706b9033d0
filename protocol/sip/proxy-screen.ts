import { popRoute, toHeader } from "./edit-message.ts";
import { header, headerValues, maxForwards, tokens } from "./fields.ts";
import { parseNameAddr } from "./headers.ts";
import type { ByteText, SipHeader, SipRequest } from "./message.ts";
import type { ProxyConfig } from "./proxy-config.ts";
import { isLooping, loopToken } from "./proxy-loop.ts";
import { SipParseError } from "./sip-parse-error.ts";
import { param, parseUri, type Uri } from "./uri.ts";

/** What a proxy makes of a request before it decides where to send it. */
export type Screening = Screened | Refused;

export interface Screened {
  readonly kind: "pass";
  /** With what was put into it for this proxy taken out again (§16.4). */
  readonly request: SipRequest;
  /** For the branches of what is forwarded. */
  readonly loop: string;
  /**
   * What decides where it goes (§16.5): the first Route that is left, else the Request-URI. `route`: the request
   * is only passed on, to wherever `next` is; its Request-URI stays.
   */
  readonly by: "route" | "uri";
  readonly next: Uri;
}

/** A response to make of it, unless it is an ACK. */
export interface Refused {
  readonly kind: "refuse";
  readonly status: number;
  readonly headers: readonly SipHeader[];
}

const NO_HEADERS: readonly SipHeader[] = [];

/**
 * Validates a request (RFC 3261 §16.3) and preprocesses its route (§16.4). Its authorization (§16.3 step 6) is the
 * caller's affair.
 *
 * @example
 * const screening = screenRequest(request, config);
 * if (screening.kind === "refuse") respond(createResponse(request, screening.status, { headers: screening.headers }));
 */
export function screenRequest(received: SipRequest, config: ProxyConfig): Screening {
  // §16.3 step 3: "If the Max-Forwards header field has a value of zero, the element MUST NOT forward".
  const hops = maxForwards(received);
  if (hops === 0) return refuse(483);
  const loop = loopToken(received);
  if (isLooping(received, loop, config)) return refuse(482);
  const unknown = unknownExtensions(received, config);
  if (unknown !== "") return refuse(420, [toHeader("Unsupported", unknown)]);
  try {
    return routed(takeOutOwn(received, config), loop);
  } catch (error) {
    if (error instanceof SipParseError) return refuse(400);
    throw error;
  }
}

function routed(request: SipRequest, loop: string): Screening {
  if (header(request, "route") !== undefined) {
    const [route = ""] = headerValues(request, "route");
    return { kind: "pass", request, loop, by: "route", next: parseUri(parseNameAddr(route).uri) };
  }
  const next = parseUri(request.uri);
  // §16.3 step 2: "If the Request-URI has a URI whose scheme is not understood by the proxy, ... 416".
  if (next.kind === "other") return refuse(416);
  return { kind: "pass", request, loop, by: "uri", next };
}

/** Option tags of Proxy-Require that are unknown here (§16.3 step 5), as Unsupported lists them. */
function unknownExtensions(request: SipRequest, { extensions }: ProxyConfig): ByteText {
  if (header(request, "proxy-require") === undefined) return "";
  return tokens(request, "proxy-require")
    .filter(tag => !extensions.has(tag))
    .join(", ");
}

/** §16.4: a Request-URI that a strict router made of our Record-Route, and our own Route values on top. */
function takeOutOwn(received: SipRequest, config: ProxyConfig): SipRequest {
  let request = received;
  if (request.uri.includes(";lr") && isOurRecordRoute(request.uri, config)) {
    request = withLastRouteAsUri(request);
  }
  for (;;) {
    const line = header(request, "route");
    if (line === undefined) return request;
    // Our Record-Route mostly comes back as it was written, on a line of its own.
    if (line === config.recordRoute) request = withoutLine(request, "route");
    else if (isOurs(parseNameAddr(headerValues(request, "route")[0] ?? "").uri, config)) {
      request = popRoute(request);
    } else return request;
  }
}

/** "The proxy MUST replace the Request-URI in the request with the last value from the Route header field" (§16.4). */
function withLastRouteAsUri(request: SipRequest): SipRequest {
  const routes = headerValues(request, "route");
  const last = routes.pop();
  if (last === undefined) return request;
  const headers = request.headers.filter(({ key }) => key !== "route");
  const left = routes.map(route => toHeader("Route", route));
  return { ...request, uri: parseNameAddr(last).uri, headers: [...left, ...headers] };
}

function withoutLine(request: SipRequest, key: string): SipRequest {
  const at = request.headers.findIndex(line => line.key === key);
  return { ...request, headers: request.headers.toSpliced(at, 1) };
}

function isOurs(text: ByteText, config: ProxyConfig): boolean {
  const uri = parseUri(text);
  return uri.kind === "sip" && config.isOurs(uri);
}

/** Our domain alone: with a user before it, it is a person's address, whatever its parameters say. */
function isOurRecordRoute(text: ByteText, config: ProxyConfig): boolean {
  const uri = parseUri(text);
  const isLoose = uri.kind === "sip" && uri.user === undefined && param(uri.params, "lr") !== undefined;
  return isLoose && config.isOurs(uri);
}

function refuse(status: number, headers: readonly SipHeader[] = NO_HEADERS): Refused {
  return { kind: "refuse", status, headers };
}
