import { from } from "../../protocol/sip/fields.ts";
import type { ByteText, SipRequest } from "../../protocol/sip/message.ts";
import type { ProxyTarget } from "../../protocol/sip/proxy-context.ts";
import type { Screened } from "../../protocol/sip/proxy-screen.ts";
import { instanceOfGruu } from "../../protocol/sip/registrar-bindings.ts";
import type { SipUri } from "../../protocol/sip/uri.ts";
import type { Maybe } from "../chain/maybe.ts";
import type { Whereabouts } from "../chain/whereabouts.ts";
import { isAccountKey, isChainKey, toContactKey, toHostKey, toSipUri, toUserKey } from "./address-keys.ts";
import type { Aliases } from "./aliases.ts";
import type { Domains } from "./domains.ts";
import type { Flow } from "./flow.ts";
import { createHomeRouter, type Errand } from "./home-router.ts";
import type { Peers } from "./peers.ts";
import type { Binding, Registrar } from "./registrar.ts";
import { nobody, toTargets, type Way } from "./way.ts";

/** Users of the other dialect. Both share one namespace; who is registered by SIP comes first. */
export interface Guests {
  has(id: string): boolean;
  /** The host of their Contacts. */
  readonly host: string;
  readonly flow: Flow;
}

export interface RouterConfig {
  readonly domains: Domains;
  /** Names that the operator has given to accounts. */
  readonly aliases: Aliases;
  readonly registrar: Registrar;
  readonly peers: Peers;
  /** The chains' word on numbers, names and accounts; without it they are whoever registers. */
  readonly whereabouts?: Whereabouts | undefined;
  guests(): Guests | undefined;
}

/** A promise only where the chain or another node has to be asked first. */
export type Router = (screened: Screened, flow: Flow) => Maybe<Way>;

/**
 * Decides where a request goes (RFC 3261 §16.5): by its first Route that is not ours, else by its Request-URI. The
 * same way for what begins a dialog and for what belongs to one: a node knows of no dialogs.
 */
export function createRouter(config: RouterConfig): Router {
  const { domains, aliases, registrar, peers, guests, whereabouts } = config;
  const toHome = whereabouts && createHomeRouter({ domains, registrar, peers, whereabouts, toUser });
  return ({ request, by, next }, flow) => {
    if (next.kind !== "sip") return nobody(404, "Only SIP addresses can be called here.");
    if (by === "route") {
      return (
        toPeer(next, request, flow) ??
        toHome?.byRoute(next, request, flow) ??
        nobody(404, "No way is known to the domain of this Route.")
      );
    }
    const holder = holderOf(next);
    if (holder !== undefined) return toTargets([[{ uri: request.uri, hop: holder.id }]]);
    if (!domains.isOwn(next)) {
      return toPeer(next, request, flow) ?? toHome?.byAddress(next, request, flow) ?? nobodyAt(next);
    }
    if (next.user === undefined) return { kind: "self" };
    return toHome?.byAddress(next, request, flow) ?? toUser({ uri: next, request, flow });
  };

  /**
   * Whose Contact it is. What reads as an address of a user here is one, whatever somebody gave as a Contact: else
   * anybody could register the address of another as its own Contact, and get that one's calls.
   */
  function holderOf(uri: SipUri): Flow | undefined {
    const bridge = guests();
    if (bridge?.host === uri.host) return bridge.flow;
    if (uri.user === undefined || toHostKey(uri) === domains.own) return undefined;
    if (domains.isOwn(uri) && registrar.bindingsOf(toHolder(uri.user) ?? "").length > 0) return undefined;
    return registrar.flowOf(toContactKey(uri));
  }

  /** Whose registrations a user part leads to: an alias to its account. */
  function toHolder(written: ByteText | undefined): string | undefined {
    const user = toUserKey(written);
    return user === undefined ? undefined : (aliases.get(user) ?? user);
  }

  function toPeer(uri: SipUri, request: SipRequest, from: Flow): Way | undefined {
    const domain = domains.peerOf(uri);
    if (domain === undefined) return undefined;
    if (from.kind === "link") return nobody(403, "This node passes nothing on from one domain to another.");
    const flow = peers.flowTo(domain);
    if (flow === undefined) return nobody(503, "The node of this domain cannot be reached just now.");
    return toTargets([[{ uri: request.uri, hop: flow.id }]]);
  }

  function toUser({ uri, request, flow, found }: Errand): Way {
    const user = found?.user ?? toHolder(uri.user);
    if (user === undefined) return nobody(404, "Nobody has this address.");
    const bindings = registrar.bindingsOf(user);
    const instance = instanceOfGruu(uri);
    if (instance !== undefined) return toDevice(bindings, instance, user);
    const others = bindings.filter(binding => binding.flow !== flow || !isSelf(user, request));
    if (others.length > 0) return toTargets(toGroups(others), found ?? { user });
    const bridge = guests();
    if (bridge?.has(user)) return toTargets([[{ uri: request.uri, hop: bridge.flow.id }]]);
    return toAbsent(user, bindings.length > 0);
  }
}

function toDevice(bindings: readonly Binding[], instance: string, user: string): Way {
  const device = bindings.filter(binding => binding.instance === instance);
  if (device.length > 0) return toTargets(toGroups(device), { user });
  return nobody(480, "This device is not connected just now.");
}

function toAbsent(user: string, isHere: boolean): Way {
  return isHere || isAccountKey(user) || isChainKey(user)
    ? nobody(480, "No device of this user is connected just now.")
    : nobody(404, "Nobody of this name is here.");
}

/** By the preference that the devices gave (RFC 3261 §10.2.1.2): those of one q ring together. */
function toGroups(bindings: readonly Binding[]): readonly (readonly ProxyTarget[])[] {
  const [first, ...others] = bindings;
  if (first === undefined || others.length === 0) return [toDevices(bindings)];
  if (others.every(({ q }) => q === first.q)) return [toDevices(bindings)];
  const ranks = [...new Set(bindings.map(({ q }) => q))].sort((one, other) => other - one);
  return ranks.map(rank => toDevices(bindings.filter(({ q }) => q === rank)));
}

/** One target for each device: of several connections of one the newest, and the others should it fail (RFC 5626 §5.3). */
function toDevices(bindings: readonly Binding[]): ProxyTarget[] {
  const devices: ProxyTarget[] = [];
  const places = new Map<string, number>();
  for (const { contact: uri, flow, instance } of bindings) {
    const target: ProxyTarget = { uri, hop: flow.id };
    const place = instance === "" ? undefined : places.get(instance);
    const older = place === undefined ? undefined : devices[place];
    if (place !== undefined && older !== undefined) devices[place] = { ...target, otherwise: older };
    else {
      if (instance !== "") places.set(instance, devices.length);
      devices.push(target);
    }
  }
  return devices;
}

/** A device that calls its own user means the user's other devices. */
function isSelf(user: string, request: SipRequest): boolean {
  const uri = toSipUri(from(request).uri);
  return uri !== undefined && toUserKey(uri.user) === user;
}

/** A Contact that no connection has any more, or a domain that nobody here knows. */
function nobodyAt(uri: SipUri): Way {
  return uri.host.endsWith(".invalid")
    ? nobody(480, "This device is not connected just now.")
    : nobody(404, "This node knows no way to this domain.");
}
