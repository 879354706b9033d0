import { Dexie } from "dexie";
import { afterAll, afterEach, beforeAll, vi } from "vitest";
import { createBus } from "../../background/bus/bus.ts";
import { createMemoryWires } from "../../background/bus/memory-wire.ts";
import type { PhoneSnapshot } from "../../background/bus/phone-contract.ts";
import { createTrust } from "../../background/bus/trust.ts";
import { createDisk, type Disk } from "../../background/store/rig.suite.ts";
import { openStore, type Store } from "../../background/store/store.ts";
import type { AskId } from "../../protocol/ids.ts";
import type { FeatureParts } from "../phone/feature-parts.ts";

const id = "fhhnnnpiabocggapphnfkbmnjihkccnc";
const origin = `chrome-extension://${id}`;
const stops = new Set<AbortController>();

/** A phone's half on the real bus, store and feed; `panel` is the other end, in another context. */
export interface FeatureRig extends FeatureParts {
  readonly disk: Disk;
  readonly panel: FeatureParts["bus"];
  readonly signal: AbortSignal;
  readonly failed: ReturnType<typeof vi.fn<(name: string, error: unknown) => void>>;
  snapshot(): PhoneSnapshot;
  /** As the browser does when it is closed. */
  stop(): void;
}

export async function openFeatureRig(disk = createDisk()): Promise<FeatureRig> {
  const stop = new AbortController();
  stops.add(stop);
  const { signal } = stop;
  const failed = vi.fn<(name: string, error: unknown) => void>();
  const wires = createMemoryWires();
  let count = 0;
  const context = (page: string) =>
    createBus({
      wire: wires.open({ id, origin, url: `${origin}/${page}` }),
      trust: createTrust({ id, origin, elapsed: () => 0 }),
      newId: () => `ask-0000${count++}` as AskId,
      failed,
      signal,
    });
  const bus = context("offscreen.html");
  // The build puts its home in; here is none.
  vi.stubGlobal("__ETHERLYNK_HOME__", { domain: "node.example", urls: [], chain: { id: 1 } });
  const { createSnapshotFeed } = await import("../phone/snapshot-feed.ts");
  const feed = createSnapshotFeed(bus, signal);
  feed.ready();
  const store: Store = await openStore({ ...disk.options, now: 1, signal });
  return {
    disk,
    bus,
    panel: context("popup.html"),
    store,
    feed,
    failed,
    signal,
    now: () => 1_795_000_000_000,
    newId: () => crypto.randomUUID(),
    snapshot: feed.now,
    stop: () => stop.abort(),
  };
}

// A live query runs only where the platform itself has a database.
const platform = Dexie.dependencies.indexedDB;
beforeAll(() => {
  Dexie.dependencies.indexedDB = createDisk().options.indexedDB as IDBFactory;
});
afterAll(() => {
  Dexie.dependencies.indexedDB = platform;
});
afterEach(() => {
  for (const stop of stops) stop.abort();
  stops.clear();
});
