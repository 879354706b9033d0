import type { Bus } from "../../background/bus/bus.ts";
import type { Store } from "../../background/store/store.ts";
import type { SnapshotFeed } from "./snapshot-feed.ts";

/** What the phone's half of a feature is given. Everything it starts ends with the signal beside it. */
export interface FeatureParts {
  readonly bus: Bus;
  readonly store: Store;
  readonly feed: SnapshotFeed;
  /** What a loop of the feature caught. */
  readonly failed: (name: string, error: unknown) => void;
  /** In milliseconds since 1970. */
  readonly now: () => number;
  readonly newId: () => string;
}
