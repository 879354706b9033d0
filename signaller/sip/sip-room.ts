import type { AddressBook } from "../../protocol/chain/address-book.ts";
import type { ProxyConfig } from "../../protocol/sip/proxy-config.ts";
import type { FollowLimits } from "../chain/limits.ts";
import type { Whereabouts } from "../chain/whereabouts.ts";
import type { Log } from "../log.ts";
import { offeredSubprotocols } from "../websocket/handshake.ts";
import type { Dialect, Wire } from "../wire.ts";
import { createAdmission } from "./admission.ts";
import type { Aliases } from "./aliases.ts";
import { obeyChainChanges } from "./chain-changes.ts";
import { type ChainQuestion, createChainRpc } from "./chain-rpc.ts";
import { ClientTransactions } from "./client-transactions.ts";
import { createDomains, type Domains } from "./domains.ts";
import type { Flow } from "./flow.ts";
import { type SipRoomLimits, sipRoomLimits } from "./limits.ts";
import { createNumberNotices } from "./number-notices.ts";
import type { Peers } from "./peers.ts";
import { ProxyCore } from "./proxy-core.ts";
import { Reception } from "./reception.ts";
import { createRegistrar, type Registrar } from "./registrar.ts";
import { createRouter, type Guests } from "./router.ts";
import { ServerTransactions } from "./server-transactions.ts";
import { SipConnection } from "./sip-connection.ts";
import { SipCore } from "./sip-core.ts";
import { createTimerWheel, type TimerWheel } from "./timer-wheel.ts";
import { createWalletCheck } from "./wallet-check.ts";

export interface SipRoomConfig {
  /** The domain this node answers for; an open node without one answers for any host. */
  readonly domain: string | undefined;
  /** Admits anyone, and passes nobody on as proven. */
  readonly open: boolean;
  readonly chain: ChainConfig;
  /** What the chains say of numbers, names and accounts. */
  readonly whereabouts?: Whereabouts | undefined;
  /** Plain names of this domain that lead to accounts. */
  readonly aliases: Aliases;
  /** Where it lives: begins and ends with a slash. */
  readonly path: string;
  readonly peers: readonly string[];
  readonly log: Log;
  readonly limits?: Partial<SipRoomLimits>;
}

export interface ChainConfig {
  /** The chain that delegations are signed for. */
  readonly id: number;
  /** Where smart accounts can be asked (ERC-1271); without one they are not believed. */
  readonly rpc?: string | undefined;
  /** The chains that are read and followed: numbers, names, accounts, other domains' nodes. */
  readonly book?: AddressBook | undefined;
  /** For tests, which cannot wait as long as users can. */
  readonly limits?: Partial<FollowLimits> | undefined;
}

/** All of SIP on this node, but the links and the bridge, which are flows like others and join by themselves. */
export interface SipRoom {
  readonly dialect: Dialect;
  readonly core: SipCore;
  readonly domains: Domains;
  readonly registrar: Registrar;
  readonly wheel: TimerWheel;
  readonly limits: SipRoomLimits;
  join(flow: Flow): void;
  leave(flow: Flow): void;
  /** What stands behind domains and ids that are not of SIP clients. Each is set once, before the node listens. */
  connect(others: { readonly peers?: Peers; readonly guests?: Guests }): void;
  figures(): SipFigures;
  close(): void;
}

export interface SipFigures {
  readonly connections: number;
  readonly users: number;
  readonly bindings: number;
  readonly clientTransactions: number;
  readonly serverTransactions: number;
  readonly waitingBytes: number;
  readonly forwarded: number;
  readonly timers: number;
  readonly counts: Readonly<Record<string, number>>;
}

const SUBPROTOCOL = "sip";

export function createSipRoom(config: SipRoomConfig): SipRoom {
  const parts = createParts(config);
  const { limits, domains, wheel, registrar, clients, servers, flows, others } = parts;
  const { core, proxies, notices, reception } = createCore(config, parts);
  const { whereabouts, log } = config;
  if (whereabouts !== undefined) {
    const chainId = config.chain.id;
    obeyChainChanges({
      ...{ whereabouts, chainId, registrar, proxies, notices, log },
      flows: () => flows.values(),
    });
  }
  const sweeps = setInterval(() => registrar.sweep(), limits.sweepMs).unref();
  return {
    dialect: createDialect(config.path, wire => {
      const connection = new SipConnection(reception, wire);
      flows.set(connection.id, connection);
      return connection;
    }),
    core,
    domains,
    registrar,
    wheel,
    limits,
    join: flow => void flows.set(flow.id, flow),
    leave(flow) {
      flows.delete(flow.id);
      registrar.forget(flow);
      core.forget(flow);
    },
    connect: more => void Object.assign(others, more),
    figures: () => ({
      connections: flows.size,
      users: registrar.users,
      bindings: registrar.size,
      clientTransactions: clients.size,
      serverTransactions: servers.size,
      waitingBytes: servers.waitingBytes,
      forwarded: proxies.size,
      timers: wheel.size,
      counts: { ...core.counts, ...reception.counts },
    }),
    close() {
      clearInterval(sweeps);
      wheel.close();
    },
  };
}

type Parts = ReturnType<typeof createParts>;

function createParts(config: SipRoomConfig) {
  const wheel = createTimerWheel({
    onBug: error =>
      config.log("error", "timer.bug", { stack: error instanceof Error ? error.stack : String(error) }),
  });
  const others: { peers?: Peers; guests?: Guests } = {};
  return {
    limits: { ...sipRoomLimits, ...config.limits } as SipRoomLimits,
    domains: createDomains(config.domain, config.peers),
    wheel,
    registrar: createRegistrar(() => performance.now() / 1_000),
    clients: new ClientTransactions(wheel),
    servers: new ServerTransactions(wheel),
    flows: new Map<number, Flow>(),
    others,
  };
}

function createCore(config: SipRoomConfig, parts: Parts) {
  const { limits, domains, wheel, registrar, clients, servers, flows, others } = parts;
  const flowOf = (hop: string | number) => flows.get(Number(hop));
  const proxy: ProxyConfig = {
    via: `SIP/2.0/WS ${domains.own}`,
    sentBy: domains.own,
    // No transport: which one a client has is between it and the node it is connected to.
    recordRoute: `<sip:${domains.own};lr>`,
    isOurs: domains.isOwn,
    extensions: new Set(),
  };
  const proxies = new ProxyCore({ proxy, wheel, clients, flowOf });
  const { whereabouts, aliases, log } = config;
  const notices = createNumberNotices({
    ...{ registrar, clients, domains, proxy },
    wasHere: account => whereabouts?.changedHands.wasHere(account) ?? false,
  });
  const peers: Peers = {
    flowTo: domain => others.peers?.flowTo(domain),
    reach: home => others.peers?.reach?.(home),
    wayOf: (domain, request) => others.peers?.wayOf?.(domain, request),
    remember: (request, flow) => others.peers?.remember?.(request, flow),
  };
  const core = new SipCore({
    proxy,
    servers,
    clients,
    core: proxies,
    route: createRouter({ domains, aliases, registrar, peers, whereabouts, guests: () => others.guests }),
    limits,
    flowOf,
    answerSelf: (flow, request) => reception.answerSelf(flow, request),
    onBug: error =>
      log("error", "route.bug", { stack: error instanceof Error ? error.stack : String(error) }),
  });
  const reception: Reception = new Reception({
    core,
    domains,
    aliases,
    whereabouts,
    registrar,
    limits,
    log,
    admission: config.open ? undefined : toAdmission(config, domains, limits),
    onRegistered(user) {
      whereabouts?.changedHands.arrived(user);
      notices.arrived(user);
    },
    onForget: connection => flows.delete(connection.id),
  });
  return { core, proxies, notices, reception };
}

function createDialect(path: string, open: (wire: Wire) => SipConnection): Dialect {
  return {
    name: "sip",
    welcome(request, { pathname }) {
      if (!offeredSubprotocols(request).includes(SUBPROTOCOL)) return undefined;
      return `${pathname}/`.startsWith(path) ? { subprotocol: SUBPROTOCOL, open } : undefined;
    },
  };
}

function toAdmission({ chain, whereabouts }: SipRoomConfig, domains: Domains, limits: SipRoomLimits) {
  const now = () => performance.now();
  const ledger = whereabouts?.ledgerOf(chain.id);
  const server = chain.rpc ?? (ledger && ((question: ChainQuestion) => ledger.ask(question)));
  return createAdmission({
    clientOf: whereabouts && (account => whereabouts.clientOf(account, chain.id)),
    knownClient: account => whereabouts?.knownClient(account, chain.id),
    realm: domains.own,
    chainId: chain.id,
    wallets: createWalletCheck({
      chain: server === undefined ? undefined : createChainRpc(server),
      remembered: limits.rememberedDelegations,
      contractMs: limits.contractYesMs,
      checksPerSecond: limits.walletChecksPerSecond,
      checksAtOnce: limits.walletChecksAtOnce,
      now,
    }),
    concurrent: limits.checksUnderWay,
    now,
    wallClock: () => Date.now() / 1_000,
  });
}
