import { randomBytes } from "node:crypto";

/**
 * The challenges of one connection: each may be answered once, on this connection, within its time. So a signature
 * that was overheard or sent twice admits nobody.
 */
export interface Nonces {
  /** A fresh challenge; while too many wait for their answer, the newest of them again. */
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
      const time = now();
      let newest: string | undefined;
      for (const [nonce, until] of issued) {
        if (until <= time) issued.delete(nonce);
        else newest = nonce;
      }
      if (newest !== undefined && issued.size >= limits.count) return newest;
      const nonce = randomBytes(NONCE_BYTES).toString("base64url");
      issued.set(nonce, time + limits.lifetimeMs);
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
