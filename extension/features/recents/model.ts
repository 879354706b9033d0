import type { RecentView } from "../../../background/bus/phone-contract.ts";
import type { Ask } from "../../../protocol/bus/contract.ts";

declare module "../../../protocol/bus/contract.ts" {
  interface Asks {
    "recents.page.read": Ask<RecentsWish, RecentsPage>;
    /** The user has looked at what was missed. */
    "recents.missed.see": Ask<null, null>;
    "recents.entry.remove": Ask<{ readonly id: string }, null>;
    "recents.list.clear": Ask<null, null>;
  }
}

export interface RecentsWish {
  /** Where the page before ended; the newest without. */
  readonly before?: string;
  /** Only what has these words in it. */
  readonly search?: string;
}

export interface RecentsPage {
  readonly entries: readonly RecentView[];
  /** Where the next page begins; none after the last. */
  readonly next?: string;
  /** What could not be read, in words. */
  readonly said?: string;
}
