import { EtherlynkError } from "../../protocol/errors.ts";
import { isNumber } from "../../protocol/number/number.ts";
import type { SipRequest } from "../../protocol/sip/message.ts";
import { instanceOfGruu } from "../../protocol/sip/registrar-bindings.ts";
import type { SipUri } from "../../protocol/sip/uri.ts";
import type { Home } from "../chain/client-table.ts";
import { andThen, type Maybe } from "../chain/maybe.ts";
import type { Whereabouts } from "../chain/whereabouts.ts";
import { isAccountKey, isChainKey, toHostKey, toSipUri, toUserKey } from "./address-keys.ts";
import type { Domains } from "./domains.ts";
import type { Flow } from "./flow.ts";
import type { Peers } from "./peers.ts";
import type { Registrar } from "./registrar.ts";
import { type Called, changedHands, nobody, toTargets, type Way } from "./way.ts";

export interface HomeRouterConfig {
  readonly domains: Domains;
  readonly registrar: Registrar;
  readonly peers: Peers;
  readonly whereabouts: Whereabouts;
  /** To devices that are registered here. */
  toUser(errand: Errand): Way;
}

/** Ways that the chain decides. `undefined`: it has nothing to say of this address. */
export interface HomeRouter {
  /** A number is its owner's, a name its account's, and an account is where its entry says. */
  byAddress(uri: SipUri, request: SipRequest, flow: Flow): Maybe<Way> | undefined;
  /** A request within a dialog, which names another domain in its Route. */
  byRoute(uri: SipUri, request: SipRequest, flow: Flow): Maybe<Way> | undefined;
}

/** One request on its way to somebody. */
export interface Errand {
  readonly uri: SipUri;
  readonly request: SipRequest;
  readonly flow: Flow;
  /** Whom the chain has found behind the address. */
  readonly found?: Called;
}

type Found = Errand & { readonly found: Called };

export function createHomeRouter(config: HomeRouterConfig): HomeRouter {
  const { domains } = config;
  return {
    byAddress(uri, request, flow) {
      const user = toUserKey(uri.user);
      if (user === undefined) return undefined;
      if (domains.isOwn(uri) && instanceOfGruu(uri) !== undefined) return undefined;
      const errand = { uri, request, flow };
      if (user.startsWith("+")) return guarded(toNumber(config, user, errand));
      if (isAccountKey(user)) return guarded(toAccount(config, { ...errand, found: { user } }));
      if (isChainKey(user)) return guarded(toName(config, user, errand));
      return domains.isOwn(uri) ? undefined : guarded(toDomain(config, errand));
    },
    byRoute: (uri, request, flow) =>
      flow.kind === "link" ? passesNothingOn : guarded(toDialog(config, { uri, request, flow })),
  };
}

function toNumber(config: HomeRouterConfig, number: string, errand: Errand): Maybe<Way> {
  if (!isNumber(number)) return nobody(404, "Only numbers of +999 can be called here.");
  return andThen(config.whereabouts.ownerOf(number), owner =>
    owner === undefined
      ? nobody(404, "Nobody owns this number.")
      : toAccount(config, { ...errand, found: { user: owner.account, number } }, owner.chainId),
  );
}

async function toName(config: HomeRouterConfig, name: string, errand: Errand): Promise<Way> {
  const named = await config.whereabouts.accountOf(name);
  if (named === undefined) return nobody(404, "Nobody has set up this name.");
  const { account: user, number } = named;
  return toAccount(config, { ...errand, found: { user, number } });
}

function toAccount(config: HomeRouterConfig, errand: Found, chainId?: number): Maybe<Way> {
  return andThen(toWay(config, errand, chainId), way => explainAbsence(config, errand, way));
}

/** Whoever calls a number that was sold hears that, and not only that nobody is there. */
function explainAbsence({ whereabouts }: HomeRouterConfig, { found }: Found, way: Way): Maybe<Way> {
  const { user, number } = found;
  if (number === undefined || way.kind !== "nobody" || way.status !== 480) return way;
  return andThen(whereabouts.awaitsOwner(number, user), isAwaited => (isAwaited ? changedHands : way));
}

function toWay(config: HomeRouterConfig, errand: Found, chainId?: number): Maybe<Way> {
  const { domains, registrar, whereabouts, toUser } = config;
  const { uri, flow, found } = errand;
  // Another domain's node has found that it is for here; it is not sent on from one to the next.
  if (flow.kind === "link") return domains.isOwn(uri) ? toUser(errand) : passesNothingOn;
  const home = whereabouts.homeOf(found.user, chainId);
  if (!(home instanceof Promise)) return toHome(config, errand, home);
  if (!domains.isOwn(uri) || registrar.bindingsOf(found.user).length === 0) {
    return home.then(it => toHome(config, errand, it));
  }
  // Who is here is called here, whether or not the chain can be asked just now.
  home.catch(() => undefined);
  return toUser(errand);
}

function toHome(config: HomeRouterConfig, errand: Found, home: Home | undefined): Maybe<Way> {
  const { domains, registrar, toUser } = config;
  const { uri, request, found } = errand;
  if (home === undefined) return domains.isOwn(uri) ? toUser(errand) : toDomain(config, errand);
  if (domains.isOwn(toUri(home.domain))) return toUser(errand);
  const written = toHostKey(uri) === home.domain ? request.uri : toAddress(home, found);
  return andThen(toFlow(config, home, { uri: written, request }), way =>
    way.kind === "nobody" && registrar.bindingsOf(found.user).length > 0 ? toUser(errand) : way,
  );
}

/** Where the dialog began; after a restart nobody remembers, and it is found as at its beginning. */
function toDialog(config: HomeRouterConfig, errand: Errand): Maybe<Way> {
  const { peers, whereabouts } = config;
  const { uri, request } = errand;
  const domain = toHostKey(uri);
  return andThen(peers.wayOf?.(domain, request), way => {
    if (way !== undefined) return toTargets([[{ uri: request.uri, hop: way.id }]]);
    const user = toUserKey(toSipUri(request.uri)?.user);
    if (user === undefined || !isAccountKey(user)) return toDomain(config, errand);
    return andThen(whereabouts.homeOf(user), home =>
      home?.domain === domain
        ? toFlow(config, home, { uri: request.uri, request })
        : toDomain(config, errand),
    );
  });
}

/** Somebody of whom the chain knows nothing, of a domain of which all entries say the same. */
function toDomain(config: HomeRouterConfig, { uri, request, flow }: Errand): Maybe<Way> {
  if (flow.kind === "link") return passesNothingOn;
  const [home, ...others] = config.whereabouts.homesAt(toHostKey(uri));
  return home === undefined || others.length > 0
    ? nobody(404, "This node knows no way to this domain.")
    : toFlow(config, home, { uri: request.uri, request });
}

interface Sent {
  readonly uri: string;
  readonly request: SipRequest;
}

function toFlow({ domains, peers }: HomeRouterConfig, home: Home, { uri, request }: Sent): Maybe<Way> {
  const configured = domains.peerOf(toUri(home.domain));
  const flow = configured === undefined ? peers.reach?.(home) : peers.flowTo(configured);
  return andThen(flow, way => {
    if (way === undefined) return nobody(503, "The node of this domain cannot be reached just now.");
    peers.remember?.(request, way);
    return toTargets([[{ uri, hop: way.id }]]);
  });
}

/** A number stays what was called: its sale, while it rings, is to be noticed there too. */
function toAddress({ domain }: Home, { user, number }: Called): string {
  return `sip:${number ?? user}@${domain}`;
}

function toUri(host: string): SipUri {
  const uri = toSipUri(`sip:${host}`);
  if (uri === undefined) throw new Error("A domain of the chain is a host name.");
  return uri;
}

/** A chain that does not answer is told to the caller, in its words. */
function guarded(way: Maybe<Way>): Maybe<Way> {
  if (!(way instanceof Promise)) return way;
  return way.catch((error: unknown) => {
    if (error instanceof EtherlynkError) return nobody(503, error.message);
    throw error;
  });
}

const passesNothingOn = nobody(403, "This node passes nothing on from one domain to another.");
