import type { Limits } from "../limits.ts";

/** What one address uses of this node now; see `limits.ts` for what "address" means. */
export interface Visitor {
  readonly address: string;
  connections: number;
  /** Of these, the ones that have sent a whole request; the others are half open. */
  settled: number;
  /** Meters, see `spend`. */
  requestsUntil: number;
  messagesUntil: number;
}

export interface Visitors {
  /** The one account of an address. When there are too many addresses the newest share one. */
  of(address: string): Visitor;
  /** Forgets the accounts of those who are gone and whose meters have run out. */
  forget(now: number): void;
  readonly size: number;
}

export function createVisitors(limits: Limits): Visitors {
  const accounts = new Map<string, Visitor>();
  const crowd = newVisitor("too many addresses");
  return {
    of(address) {
      const known = accounts.get(address);
      if (known) return known;
      if (accounts.size >= limits.addresses) return crowd;
      const visitor = newVisitor(address);
      accounts.set(address, visitor);
      return visitor;
    },
    forget(now) {
      for (const visitor of accounts.values()) {
        if (isGone(visitor, now)) accounts.delete(visitor.address);
      }
    },
    get size() {
      return accounts.size;
    },
  };
}

/**
 * A meter is one number: the time at which everything spent so far has been earned back. Spending `cost`
 * milliseconds moves it on from now, or from where it stood; how far it lies ahead of now is what has been used of
 * the burst.
 */
export function spend(until: number, now: number, cost: number): number {
  return (until > now ? until : now) + cost;
}

function newVisitor(address: string): Visitor {
  return { address, connections: 0, settled: 0, requestsUntil: 0, messagesUntil: 0 };
}

function isGone(visitor: Visitor, now: number): boolean {
  return visitor.connections === 0 && visitor.requestsUntil <= now && visitor.messagesUntil <= now;
}
