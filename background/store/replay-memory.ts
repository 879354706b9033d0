import { farthestCorrectionMs } from "../base/clock.ts";
import { asStore, type Database } from "./database.ts";
import { stillHolds } from "./vault.ts";
import type { Vault } from "./vault-keys.ts";

/** What tells one PASSporT of a request from all others: DESIGN.md, "a replay does not ring again". */
export interface Invitation {
  readonly callId: string;
  readonly fromTag: string;
  /** The PASSporT's `iat`, in seconds since 1970. */
  readonly iat: number;
}

/** `full`: too many to remember at once; who is not remembered must not ring, and may be asked to try later. */
export type Remembered = "new" | "seen" | "full";

export interface ReplayMemory {
  /** Says whether this one was seen before, and remembers it. `wall` is the uncorrected clock. */
  remember(invitation: Invitation, wall: number): Promise<Remembered>;
}

/**
 * A PASSporT is fresh for a minute of the corrected clock. Nodes correct that clock, by so much at most: one that
 * sets it back and replays what was fresh then finds it still remembered.
 */
export const rememberedMs = 2 * farthestCorrectionMs + 10 * 60_000;

/** Some sixty bytes each. A phone that is asked more often than this in a day is under attack. */
const mostRemembered = 50_000;

export function createReplayMemory(db: Database, vault: Vault, most = mostRemembered): ReplayMemory {
  return {
    async remember({ callId, fromTag, iat }, wall) {
      const token = await vault.token("replays", JSON.stringify([callId, fromTag, iat]));
      const remember = async (): Promise<Remembered> => {
        await stillHolds(db, vault.id);
        if (await db.replays.get(token)) return "seen";
        await db.replays.where("until").belowOrEqual(wall).delete();
        if ((await db.replays.count()) >= most) return "full";
        await db.replays.add({ token, until: wall + rememberedMs });
        return "new";
      };
      return asStore(db.transaction("rw", db.replays, db.wraps, remember));
    },
  };
}
