import { contacts, tokens } from "../../protocol/sip/fields.ts";
import type { SipHeader, SipRequest } from "../../protocol/sip/message.ts";
import {
  type Binding as Device,
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
}

/**
 * Carries out a REGISTER by the rules of `protocol/sip/registrar-bindings.ts`, and by those of a node: a binding is
 * held by a connection, ends with it, and costs a bounded piece of memory.
 */
export function register(registering: Registering, context: RegisterContext): RegisterAnswer {
  const { request, user, address, flow, proven, until } = registering;
  const { registrar, limits } = context;
  // Read before anything is written: a malformed one refuses it all.
  tokens(request, "supported");
  const now = context.now();
  const known = registrar.bindingsOf(user);
  const refusal = faultOf(request, limits);
  if (refusal !== undefined) return refusal;
  // Contact: * of who has proven nothing takes away only what this connection had registered.
  const isAll = !proven && contacts(request).some(({ uri }) => uri === "*");
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
  const held = registrar.bindingsOn(flow).filter(binding => !outcome.remove.includes(binding));
  if (held.length + outcome.put.length > limits.bindingsPerConnection) {
    return refuse(403, "This connection has too many registrations.");
  }
  for (const binding of outcome.remove) registrar.remove(binding);
  for (const device of outcome.put) registrar.put(toBinding(device, registering));
  return { status: 200, headers: registeredHeaders(request, registrar.bindingsOf(user), { now, address }) };
}

function faultOf(request: SipRequest, limits: SipRoomLimits): RegisterAnswer | undefined {
  for (const { uri, params } of contacts(request)) {
    if (uri === "*") continue;
    const longest = params.reduce((most, [, value]) => Math.max(most, value?.length ?? 0), 0);
    if (uri.length > limits.contactBytes || longest > limits.instanceBytes) {
      return refuse(400, "This Contact is too long.");
    }
    if (toSipUri(uri) === undefined) return refuse(400, "A Contact here is a SIP address.");
  }
  return undefined;
}

/** All that stays in memory is cut loose from the message it came in. */
function toBinding(device: Device, { user, flow }: Registering): Binding {
  const uri = toSipUri(device.contact);
  return {
    ...device,
    user: toFlatString(user),
    contact: toFlatString(device.contact),
    contactKey: toFlatString(uri === undefined ? device.contact : toContactKey(uri)),
    instance: toFlatString(device.instance),
    callId: toFlatString(device.callId),
    flow,
  };
}

function refuse(status: number, sentence: string): RegisterAnswer {
  return { status, sentence, headers: [] };
}
