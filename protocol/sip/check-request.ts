import { toHeader } from "./edit-message.ts";
import { contentType, header, headerValues, to, tokens } from "./fields.ts";
import { parseMediaType } from "./headers.ts";
import type { SipHeader, SipRequest } from "./message.ts";
import { param, parseUri } from "./uri.ts";

/** What to answer instead of serving a request. An ACK is never answered (RFC 3261 §8.1.1.1): drop it. */
export interface Refusal {
  readonly status: number;
  readonly headers: readonly SipHeader[];
}

/** What a server that a request is meant for understands: a phone, or a registrar. */
export interface ServerRules {
  /** As written: "methods are case-sensitive" (§7.1). */
  readonly methods: ReadonlySet<string>;
  /** Option tags, lower case. */
  readonly extensions: ReadonlySet<string>;
  /** Types of bodies that are read, lower case; the first one is also what answers to an INVITE are written in. */
  readonly mediaTypes: ReadonlySet<string>;
  /** Of the URIs it is reached by; lower case. */
  readonly schemes: ReadonlySet<string>;
  /** Option tags that a client must support, as written: without one, 421. */
  readonly demands?: readonly string[];
  /** `Etherlynk realm=..., nonce=...`: the WWW-Authenticate of the 401 to a request without credentials of its scheme. */
  readonly challenge?: string;
}

/** Those of IANA's list: one that is not served is 405, one that is not known is 501 (§21.4.6, §21.5.2). */
const KNOWN_METHODS = new Set([
  "ACK",
  "BYE",
  "CANCEL",
  "INFO",
  "INVITE",
  "MESSAGE",
  "NOTIFY",
  "OPTIONS",
  "PRACK",
  "PUBLISH",
  "REFER",
  "REGISTER",
  "SUBSCRIBE",
  "UPDATE",
]);

/**
 * Whether a server that a request is meant for must refuse it, in the order of RFC 3261 §8.2: credentials, method,
 * Request-URI, extensions, body. `undefined`: serve it. What the syntax forbids `parseMessage` has refused before;
 * what only a dialog or a transaction can know comes after.
 *
 * @throws SipParseError with status 400, where a header it has to look at is malformed
 */
export function checkRequest(request: SipRequest, rules: ServerRules): Refusal | undefined {
  return (
    checkCredentials(request, rules) ??
    checkMethod(request, rules) ??
    checkTarget(request, rules) ??
    checkExtensions(request, rules) ??
    checkBody(request, rules) ??
    checkAccept(request, rules)
  );
}

/**
 * The same for a proxy, of what stands at the beginning of RFC 3261 §16.3: scheme, Max-Forwards, Proxy-Require. It
 * knows nothing of methods, bodies and Require, and looks at none of them.
 */
export function checkForProxy(
  request: SipRequest,
  { schemes, extensions }: Pick<ServerRules, "schemes" | "extensions">,
): Refusal | undefined {
  if (!schemes.has(parseUri(request.uri).scheme)) return refuse(416);
  if (Number(header(request, "max-forwards") ?? "70") === 0) return refuse(483);
  return checkTags(request, "proxy-require", extensions);
}

function checkCredentials(request: SipRequest, { challenge }: ServerRules): Refusal | undefined {
  // §22.1: neither of these can be sent again with credentials.
  if (challenge === undefined || isUnchallenged(request.method)) return undefined;
  const scheme = toScheme(challenge);
  const offered = request.headers.filter(({ key }) => key === "authorization");
  if (offered.some(({ value }) => toScheme(value) === scheme)) return undefined;
  return refuse(401, [toHeader("WWW-Authenticate", challenge)]);
}

function toScheme(value: string): string {
  return value.trimStart().split(/[ \t]/, 1).join("").toLowerCase();
}

function isUnchallenged(method: string): boolean {
  return method === "ACK" || method === "CANCEL";
}

function checkMethod({ method }: SipRequest, { methods }: ServerRules): Refusal | undefined {
  if (methods.has(method)) return undefined;
  if (!KNOWN_METHODS.has(method)) return refuse(501);
  return refuse(405, [toHeader("Allow", [...methods].join(", "))]);
}

function checkTarget(request: SipRequest, { schemes }: ServerRules): Refusal | undefined {
  if (!schemes.has(parseUri(request.uri).scheme)) return refuse(416);
  // "The To header field contains the address of record ... this MUST be a SIP URI or SIPS URI" (§10.2).
  if (request.method !== "REGISTER" || parseUri(to(request).uri).kind === "sip") return undefined;
  return refuse(400);
}

function checkExtensions(
  request: SipRequest,
  { extensions, demands = [] }: ServerRules,
): Refusal | undefined {
  // "Require MUST NOT be used in a SIP CANCEL request, or in an ACK request sent for a non-2xx response. These
  // header fields MUST be ignored if they are present in these requests" (§8.2.2.3).
  if (isUnchallenged(request.method)) return undefined;
  const refusal = checkTags(request, "require", extensions);
  if (refusal !== undefined || demands.length === 0) return refusal;
  const offered = new Set([...tokens(request, "supported"), ...tokens(request, "require")]);
  const missing = demands.filter(tag => !offered.has(tag.toLowerCase()));
  return missing.length === 0 ? undefined : refuse(421, [toHeader("Require", missing.join(", "))]);
}

function checkTags(request: SipRequest, key: string, known: ReadonlySet<string>): Refusal | undefined {
  const unknown = headerValues(request, key).filter(tag => !known.has(tag.toLowerCase()));
  return unknown.length === 0 ? undefined : refuse(420, [toHeader("Unsupported", unknown.join(", "))]);
}

/** §8.2.3. A body that the sender calls optional may be left unread. */
function checkBody(request: SipRequest, { mediaTypes }: ServerRules): Refusal | undefined {
  if (request.body === "" || isOptional(request)) return undefined;
  const encodings = tokens(request, "content-encoding").filter(coding => coding !== "identity");
  if (encodings.length > 0) return refuse(415, [toHeader("Accept-Encoding", "identity")]);
  const type = contentType(request)?.type;
  // "The Content-Type header field MUST be present if the body is not empty" (§20.15).
  if (type === undefined) return refuse(400);
  return mediaTypes.has(type) ? undefined : refuse(415, [toHeader("Accept", [...mediaTypes].join(", "))]);
}

function isOptional(request: SipRequest): boolean {
  const disposition = header(request, "content-disposition");
  return disposition !== undefined && /;[ \t]*handling[ \t]*=[ \t]*"?optional"?/i.test(disposition);
}

/** Whether the caller of an INVITE understands our answer (§20.1); without Accept it understands SDP. */
function checkAccept(request: SipRequest, { mediaTypes }: ServerRules): Refusal | undefined {
  if (request.method !== "INVITE" || header(request, "accept") === undefined) return undefined;
  const [ours] = mediaTypes;
  const range = `${ours?.split("/")[0]}/*`;
  const isAccepted = headerValues(request, "accept").some(value => {
    const { type, params } = parseMediaType(value);
    return (type === ours || type === range || type === "*/*") && Number(param(params, "q") ?? "1") > 0;
  });
  return isAccepted ? undefined : refuse(406);
}

function refuse(status: number, headers: readonly SipHeader[] = []): Refusal {
  return { status, headers };
}
