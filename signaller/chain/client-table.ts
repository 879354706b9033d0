import { toFlatString } from "../sip/flat-string.ts";

/** A node that an account's entry names, and the thumbprint of the key it must prove. */
export interface HomeNode {
  readonly url: string;
  readonly thumbprint: string;
}

/** Where an account is reached, as its entry says. Accounts of one domain mostly share one of these. */
export interface Home {
  /** Lower case. */
  readonly domain: string;
  /** In the order the account likes them. */
  readonly nodes: readonly HomeNode[];
}

/** An account as the client registrar has it. */
export interface Client {
  readonly epoch: number;
  /** Thumbprints of the devices it has revoked in this epoch. */
  readonly revoked: readonly string[];
  /** `undefined`: its entry names no domain. */
  readonly home: Home | undefined;
}

/** An account that never wrote anything. */
export const unwritten: Client = { epoch: 0, revoked: [], home: undefined };

export interface ClientTable {
  readonly size: number;
  /** @param account in lower case */
  get(account: string): Client | undefined;
  set(account: string, client: Client): void;
  /** What entries say of a domain; several where accounts differ. */
  homesAt(domain: string): readonly Home[];
}

interface Shared {
  readonly home: Home;
  accounts: number;
}

export function createClientTable(): ClientTable {
  const clients = new Map<string, Client>();
  const shared = new Map<string, Shared>();
  const domains = new Map<string, Set<Home>>();

  function share(home: Home): Home {
    const key = JSON.stringify(home);
    const known = shared.get(key);
    if (known !== undefined) {
      known.accounts++;
      return known.home;
    }
    shared.set(key, { home, accounts: 1 });
    const others = domains.get(home.domain);
    if (others === undefined) domains.set(home.domain, new Set([home]));
    else others.add(home);
    return home;
  }

  function release(home: Home | undefined): void {
    if (home === undefined) return;
    const key = JSON.stringify(home);
    const known = shared.get(key);
    if (known === undefined || --known.accounts > 0) return;
    shared.delete(key);
    const others = domains.get(home.domain);
    if (others?.delete(home) && others.size === 0) domains.delete(home.domain);
  }

  return {
    get size() {
      return clients.size;
    },
    get: account => clients.get(account),
    set(account, client) {
      const before = clients.get(account)?.home;
      const { epoch, revoked, home } = client;
      const isPlain = epoch === 0 && revoked.length === 0 && home === undefined;
      clients.set(
        clients.has(account) ? account : toFlatString(account),
        isPlain ? unwritten : { epoch, revoked, home: home === undefined ? undefined : share(home) },
      );
      release(before);
    },
    homesAt: domain => [...(domains.get(domain) ?? [])],
  };
}
