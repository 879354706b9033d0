import { contacts, header, tokens } from "../../protocol/sip/fields.ts";
import type { ByteText, SipHeader, SipRequest } from "../../protocol/sip/message.ts";
import {
  type Binding as Device,
  isSameDevice,
  processRegister,
  registeredHeaders,
} from "../../protocol/sip/registrar-bindings.ts";
import type { SipUri } from "../../protocol/sip/uri.ts";
import { toContactKey, toSipUri } from "./address-keys.ts";
import { toFlatString } from "./flat-string.ts";
import type { Flow } from "./flow.ts";
import type { SipRoomLimits } from "./limits.ts";
import type { Binding, Registrar } from "./registrar.ts";

/** Who registers what, once it is clear that they may. */
export interface Registering {
  readonly request: SipRequest;
  /** The user part of its To, as `toUserKey` has it, and the whole address. */
  readonly user: string;
  readonly address: SipUri;
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
  /** Connections whose last device has come back by this one. */
  readonly left?: readonly Flow[];
}

/**
 * Carries out a REGISTER by the rules of `protocol/sip/registrar-bindings.ts`, and by those of a node: a binding is
 * held by a connection, ends with it, and costs a bounded piece of memory.
 */
export function register(registering: Registering, context: RegisterContext): RegisterAnswer {
  const { request, user, address, flow, proven, until } = registering;
  const { registrar, limits } = context;
  const asked = readContacts(request, limits);
  if (!Array.isArray(asked)) return asked;
  // Read before anything is written: a malformed one refuses it all.
  if (header(request, "supported") !== undefined) tokens(request, "supported");
  const now = context.now();
  const known = registrar.bindingsOf(user);
  // Contact: * of who has proven nothing takes away only what this connection had registered.
  const isAll = !proven && asked.length === 0 && header(request, "contact") !== undefined;
  // What is left of a delegation may be shorter than anybody may ask for.
  const most = Math.min(limits.longestSeconds, Math.floor(until - now));
  const outcome = processRegister(request, isAll ? known.filter(binding => binding.flow === flow) : known, {
    now,
    least: Math.min(limits.shortestSeconds, most),
    most,
    usual: limits.usualSeconds,
    mostBindings: limits.devicesPerUser,
  });
  if (outcome.kind === "refused") {
    const { status, headers, reason } = outcome;
    return { status, headers, ...(reason !== undefined && { sentence: `${reason}.` }) };
  }
  if (heldBy(flow, outcome.remove, registrar) + outcome.put.length > limits.bindingsPerConnection) {
    return refuse(403, "This connection has too many registrations.");
  }
  for (const binding of outcome.remove) registrar.remove(binding);
  for (const device of outcome.put) {
    const key = asked.find(({ text }) => text === device.contact)?.key ?? device.contact;
    registrar.put(toBinding(device, { user, flow, key }));
  }
  const headers = registeredHeaders(request, registrar.bindingsOf(user), { now, address });
  return { status: 200, headers, left: leftFor(flow, outcome, registrar) };
}

interface Asked {
  readonly text: ByteText;
  readonly key: string;
}

/** The Contacts that are addresses, or what is wrong with one. */
function readContacts(request: SipRequest, limits: SipRoomLimits): Asked[] | RegisterAnswer {
  const asked: Asked[] = [];
  for (const { uri: text, params } of contacts(request)) {
    if (text === "*") continue;
    const longest = params.reduce((most, [, value]) => Math.max(most, value?.length ?? 0), 0);
    if (text.length > limits.contactBytes || longest > limits.instanceBytes) {
      return refuse(400, "This Contact is too long.");
    }
    const uri = toSipUri(text);
    if (uri === undefined) return refuse(400, "A Contact here is a SIP address.");
    asked.push({ text, key: toContactKey(uri) });
  }
  return asked;
}

function heldBy(flow: Flow, without: readonly Device[], registrar: Registrar): number {
  const bindings: readonly Device[] = registrar.bindingsOn(flow);
  return bindings.filter(binding => !without.includes(binding)).length;
}

/** Who takes a registration back has no other connection; who writes one in place of another's has. */
function leftFor(
  flow: Flow,
  { put, remove }: { readonly put: readonly Device[]; readonly remove: readonly Binding[] },
  registrar: Registrar,
): readonly Flow[] {
  const back = remove.filter(older => older.flow !== flow && put.some(newer => isSameDevice(older, newer)));
  return [...new Set(back.map(older => older.flow))].filter(old => registrar.bindingsOn(old).length === 0);
}

/** All that stays in memory is cut loose from the message it came in. */
function toBinding(
  device: Device,
  { user, flow, key }: { readonly user: string; readonly flow: Flow; readonly key: string },
): Binding {
  return {
    ...device,
    user: toFlatString(user),
    contact: toFlatString(device.contact),
    contactKey: toFlatString(key),
    instance: toFlatString(device.instance),
    callId: toFlatString(device.callId),
    flow,
  };
}

function refuse(status: number, sentence: string): RegisterAnswer {
  return { status, sentence, headers: [] };
}
