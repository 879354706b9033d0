import { cseq, expires, header, headerValues, supports } from "../../protocol/sip/fields.ts";
import { type NameAddr, parseNameAddr } from "../../protocol/sip/headers.ts";
import type { ByteText, SipHeader, SipRequest } from "../../protocol/sip/message.ts";
import { param, type SipUri } from "../../protocol/sip/uri.ts";
import { formatGruu, toContactKey, toSipUri } from "./address-keys.ts";
import { toFlatString } from "./flat-string.ts";
import type { Flow } from "./flow.ts";
import type { SipRoomLimits } from "./limits.ts";
import { type Binding, isSameDevice, type Registrar } from "./registrar.ts";

/** Who registers what, once it is clear that they may. */
export interface Registering {
  readonly request: SipRequest;
  /** The user part of its To, as `toUserKey` has it. */
  readonly user: string;
  /** The domain of its To: what its GRUU names. */
  readonly domain: string;
  readonly flow: Flow;
  /** Seconds of the monotonic clock: no binding outlives it. */
  readonly until: number;
  /** May it take away bindings of this user that other connections hold? Only who has proven to be the user. */
  readonly proven: boolean;
}

export interface RegisterContext {
  readonly registrar: Registrar;
  readonly limits: SipRoomLimits;
  /** Seconds of the monotonic clock. */
  now(): number;
}

export interface RegisterAnswer {
  readonly status: number;
  readonly sentence?: string;
  readonly headers: readonly SipHeader[];
}

/** One Contact of the request, read. */
interface Wanted {
  readonly uri: SipUri;
  readonly text: ByteText;
  readonly instance: string;
  readonly regId: number;
  readonly seconds: number;
  readonly q: number;
}

/** Carries out a REGISTER (RFC 3261 §10.3). All of it or nothing: a Contact that cannot be had refuses them all. */
export function register(registering: Registering, context: RegisterContext): RegisterAnswer {
  const { request } = registering;
  const values = headerValues(request, "contact");
  if (values.includes("*")) return clear(registering, context, values.length);
  const seconds = expires(request);
  const wanted: Wanted[] = [];
  for (const value of values) {
    const contact = readContact(parseNameAddr(value), seconds, context.limits);
    if ("status" in contact) return contact;
    wanted.push(contact);
  }
  const bindings = wanted.map(contact => toBinding(contact, registering, context));
  const refusal = bindings.map(binding => refusalOf(binding, context)).find(found => found !== undefined);
  if (refusal !== undefined) return refusal;
  for (const binding of bindings) write(binding, context);
  return list(registering, context);
}

/** `Contact: *` (§10.2.2). Who has proven nothing takes away only what this connection itself had registered. */
function clear(registering: Registering, context: RegisterContext, count: number): RegisterAnswer {
  const { request, user, flow, proven } = registering;
  if (count !== 1 || expires(request) !== 0) {
    return refuse(400, "Contact: * stands alone, and with Expires: 0.");
  }
  for (const binding of [...context.registrar.bindingsOf(user)]) {
    if (proven || binding.flow === flow) context.registrar.remove(binding);
  }
  return list(registering, context);
}

function readContact(
  { uri, params }: NameAddr,
  seconds: number | undefined,
  limits: SipRoomLimits,
): Wanted | RegisterAnswer {
  const parsed = toSipUri(uri);
  const instance = (param(params, "+sip.instance") ?? "").replace(/^<|>$/g, "");
  if (parsed === undefined) return refuse(400, "A Contact here is a SIP address.");
  if (uri.length > limits.contactBytes || instance.length > limits.instanceBytes) {
    return refuse(400, "This Contact is too long.");
  }
  const own = toWhole(param(params, "expires"));
  const asked = own ?? seconds ?? limits.usualSeconds;
  if (asked > 0 && asked < limits.shortestSeconds) {
    return {
      ...refuse(423, "This registration is too short."),
      headers: [{ key: "min-expires", name: "Min-Expires", value: String(limits.shortestSeconds) }],
    };
  }
  const q = Number.parseFloat(param(params, "q") ?? "1");
  return {
    uri: parsed,
    text: uri,
    instance,
    regId: toWhole(param(params, "reg-id")) ?? 0,
    seconds: Math.min(asked, limits.longestSeconds),
    q: Number.isFinite(q) ? Math.round(Math.min(Math.max(q, 0), 1) * 1_000) : 1_000,
  };
}

function toBinding(
  wanted: Wanted,
  { request, user, flow, until }: Registering,
  { now }: RegisterContext,
): Binding {
  const time = now();
  // All that stays in memory is cut loose from the message it came in.
  return {
    user: toFlatString(user),
    contact: toFlatString(wanted.text),
    contactKey: toFlatString(toContactKey(wanted.uri)),
    instance: toFlatString(wanted.instance),
    regId: wanted.regId,
    flow,
    callId: toFlatString(header(request, "call-id") ?? ""),
    cseq: cseq(request).seq,
    expires: wanted.seconds === 0 ? time : Math.min(time + wanted.seconds, until),
    q: wanted.q,
  };
}

function refusalOf(
  binding: Binding,
  { registrar, limits, now }: RegisterContext,
): RegisterAnswer | undefined {
  const bindings = registrar.bindingsOf(binding.user);
  const known = bindings.find(other => isSameDevice(other, binding));
  // §10.3 step 7. The same number again is the same message again: it is answered as it was.
  if (known !== undefined && known.callId === binding.callId && binding.cseq < known.cseq) {
    return refuse(500, "A later REGISTER of this device has come before this one.");
  }
  if (known !== undefined || binding.expires <= now()) return undefined;
  if (bindings.length >= limits.devicesPerUser) {
    return refuse(403, "This user has too many devices. Sign out on one of them.");
  }
  if (registrar.bindingsOn(binding.flow).length >= limits.bindingsPerConnection) {
    return refuse(403, "This connection has too many registrations.");
  }
  return undefined;
}

function write(binding: Binding, { registrar, now }: RegisterContext): void {
  if (binding.expires > now()) {
    registrar.put(binding);
    return;
  }
  for (const known of [...registrar.bindingsOf(binding.user)]) {
    if (isSameDevice(known, binding)) registrar.remove(known);
  }
}

/** The 200: all bindings of the user, with what is left of their time (§10.3 step 8). */
function list({ request, user, domain }: Registering, { registrar, now }: RegisterContext): RegisterAnswer {
  const gruu = supports(request, "gruu") ? domain : undefined;
  const time = now();
  const headers = registrar.bindingsOf(user).map(binding => ({
    key: "contact",
    name: "Contact",
    value: formatBinding(binding, Math.ceil(binding.expires - time), gruu),
  }));
  return { status: 200, headers };
}

function formatBinding(binding: Binding, seconds: number, gruuDomain: string | undefined): ByteText {
  const { contact, instance, regId, q, user } = binding;
  let value = `<${contact}>;expires=${seconds}`;
  if (q !== 1_000) value += `;q=${q / 1_000}`;
  if (instance === "") return value;
  value += `;+sip.instance="<${instance}>"`;
  if (regId > 0) value += `;reg-id=${regId}`;
  return gruuDomain === undefined ? value : `${value};pub-gruu="${formatGruu(user, gruuDomain, instance)}"`;
}

function toWhole(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,10}$/.test(value) ? Number(value) : undefined;
}

function refuse(status: number, sentence: string): RegisterAnswer {
  return { status, sentence, headers: [] };
}
