import { randomBytes } from "node:crypto";

/**
 * The challenges of one connection: each may be answered once, on this connection, within its time. So a signature
 * that was overheard or sent twice admits nobody.
 */
export interface Nonces {
  /** A fresh challenge; the oldest of too many is forgotten. */
  issue(): string;
  /** True once for each challenge that was issued here and is not over. */
  spend(nonce: string): boolean;
  readonly outstanding: number;
}

const NONCE_BYTES = 18;

/** @param now milliseconds of the monotonic clock */
export function createNonces(limits: { count: number; lifetimeMs: number }, now: () => number): Nonces {
  const issued = new Map<string, number>();
  return {
    issue() {
      for (const [nonce, until] of issued) {
        if (until > now() && issued.size < limits.count) break;
        issued.delete(nonce);
      }
      const nonce = randomBytes(NONCE_BYTES).toString("base64url");
      issued.set(nonce, now() + limits.lifetimeMs);
      return nonce;
    },
    spend(nonce) {
      const until = issued.get(nonce);
      issued.delete(nonce);
      return until !== undefined && until > now();
    },
    get outstanding() {
      return issued.size;
    },
  };
}
