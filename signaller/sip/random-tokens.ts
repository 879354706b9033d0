import { randomFillSync } from "node:crypto";

const POOL_BYTES = 4_096;

/**
 * Unguessable tokens of some bytes each, in base64url. The platform's randomness is asked for in large pieces: by
 * itself each question costs as much as forwarding half a message.
 */
export function createRandomTokens(bytes: number): () => string {
  const pool = Buffer.alloc(POOL_BYTES);
  let at = pool.length;
  return () => {
    if (at + bytes > pool.length) {
      randomFillSync(pool);
      at = 0;
    }
    at += bytes;
    return pool.toString("base64url", at - bytes, at);
  };
}
