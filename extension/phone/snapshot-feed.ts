import type { Bus } from "../../background/bus/bus.ts";
import type { PhoneSnapshot } from "../../background/bus/phone-contract.ts";
import { defaultPreferences } from "../features/preferences/model.ts";
import { builtHome } from "./built-home.ts";

type Part = keyof Omit<PhoneSnapshot, "revision">;

/** What panels mirror: the phone changes it, all who look hear of it. */
export interface SnapshotFeed {
  now(): PhoneSnapshot;
  change(part: Partial<Omit<PhoneSnapshot, "revision">>): void;
  /** Within the phone: calls where one of these parts changed. */
  watch(parts: readonly Part[], listener: () => void, signal: AbortSignal): void;
  /** Whoever asked is answered from now on: a phone that is still opening its database has nothing to show. */
  ready(): void;
  /** The database does not open: whoever asks hears why. */
  failed(error: unknown): void;
}

const nothing: PhoneSnapshot = {
  revision: 0,
  me: null,
  line: { state: "signed-out" },
  calls: [],
  recents: [],
  missed: 0,
  contacts: [],
  offers: [],
  preferences: defaultPreferences,
  home: builtHome,
};

export function createSnapshotFeed(bus: Bus, signal: AbortSignal): SnapshotFeed {
  let snapshot = nothing;
  let isReady = false;
  const listeners = new Set<(changed: readonly string[]) => void>();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  promise.catch(() => undefined);
  bus.answer("phone.snapshot.read", () => promise.then(() => snapshot), signal);
  return {
    now: () => snapshot,
    change(part) {
      snapshot = { ...snapshot, ...part, revision: snapshot.revision + 1 };
      for (const listener of [...listeners]) listener(Object.keys(part));
      if (isReady) bus.tell("phone.snapshot.changed", { ...part, revision: snapshot.revision });
    },
    watch(parts, listener, ends) {
      const heard = (changed: readonly string[]) => {
        if (parts.some(part => changed.includes(part))) listener();
      };
      listeners.add(heard);
      ends.addEventListener("abort", () => listeners.delete(heard), { once: true });
    },
    ready() {
      isReady = true;
      resolve();
      bus.tell("bus.owner.started", { owner: "phone" });
    },
    failed: reject,
  };
}
