import type { ChainChange } from "../chain/change.ts";
import type { Whereabouts } from "../chain/whereabouts.ts";
import type { Log } from "../log.ts";
import { closeCode } from "../websocket/frame.ts";
import { type Identity, standingFault } from "./admission.ts";
import type { Flow } from "./flow.ts";
import type { NumberNotices } from "./number-notices.ts";
import type { ProxyCore, Withdrawal } from "./proxy-core.ts";
import type { Registrar } from "./registrar.ts";
import { SipConnection } from "./sip-connection.ts";

export interface ChainChangesConfig {
  readonly whereabouts: Whereabouts;
  /** The chain that delegations are signed for. */
  readonly chainId: number;
  readonly registrar: Registrar;
  readonly proxies: ProxyCore;
  readonly notices: NumberNotices;
  readonly log: Log;
  flows(): Iterable<Flow>;
}

/**
 * Carries out what a block has changed: ringing calls to numbers that were sold, devices that may no longer act. Those
 * whom it concerns hear of it at once.
 */
export function obeyChainChanges(config: ChainChangesConfig): void {
  const { whereabouts, registrar } = config;
  const isHere = (account: string) => registrar.bindingsOf(account).length > 0;
  whereabouts.onChange(change => {
    whereabouts.changedHands.note(change, isHere);
    endRinging(config, change);
    if (change.chainId === config.chainId) endIdentities(config, change);
  });
}

function endRinging({ proxies, notices, log }: ChainChangesConfig, change: ChainChange): void {
  const { numbers } = change;
  if (numbers.size === 0) return;
  for (const [id, { to }] of numbers) proxies.withdrawNumber(`+${id}`, to, sold);
  log("debug", "chain.numbers", { changed: numbers.size, told: notices.tell(change) });
}

function endIdentities(config: ChainChangesConfig, { accounts, isAll }: ChainChange): void {
  if (accounts.size === 0 && !isAll) return;
  const ended: (readonly [SipConnection, Identity])[] = [];
  for (const flow of config.flows()) {
    if (!(flow instanceof SipConnection)) continue;
    for (const identity of flow.identities ?? []) {
      if ((isAll || accounts.has(identity.user)) && isVoid(config, identity)) ended.push([flow, identity]);
    }
  }
  for (const [connection, identity] of ended) endIdentity(config, connection, identity);
  if (ended.length > 0) config.log("info", "chain.devices", { ended: ended.length });
}

function isVoid({ whereabouts, chainId }: ChainChangesConfig, identity: Identity): boolean {
  const client = whereabouts.knownClient(identity.user, chainId);
  return client !== undefined && standingFault(identity, client) !== undefined;
}

/**
 * Its next request is asked for a proof again, and the proof is refused in words. Who acts for nobody any more is
 * disconnected soon after: the phone comes back, and is told why it may not, instead of believing that it can be called.
 */
function endIdentity(
  { registrar, proxies }: ChainChangesConfig,
  connection: SipConnection,
  identity: Identity,
): void {
  const { user } = identity;
  connection.identities = connection.identities?.filter(it => it !== identity);
  for (const binding of [...registrar.bindingsOn(connection)]) {
    if (binding.user === user) registrar.remove(binding);
  }
  proxies.withdrawFrom(connection, user, gone);
  proxies.withdrawBy(connection, user, forbidden);
  setTimeout(() => {
    const isNobody = connection.identities?.length === 0;
    if (isNobody && !connection.closed) connection.wire.close(closeCode.policy, forbidden.sentence);
  }, graceMs).unref();
}

/** What was withdrawn is answered first. */
const graceMs = 1_000;

const sold: Withdrawal = {
  status: 410,
  sentence: "This number has changed hands while it rang.",
  reason: "gone",
};

const gone: Withdrawal = {
  status: 480,
  sentence: "The account that is called has ended the permission of this device.",
  reason: "forbidden",
};

const forbidden: Withdrawal = {
  status: 403,
  sentence: "Your account has ended the permission of this device. Sign in again.",
  reason: "forbidden",
};
