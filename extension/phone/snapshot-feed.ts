import type { Bus } from "../../background/bus/bus.ts";
import type { PhoneSnapshot } from "../../background/bus/phone-contract.ts";
import { defaultPreferences } from "../features/preferences/model.ts";
import { builtHome } from "./built-home.ts";

/** What panels mirror: the phone changes it, all who look hear of it. */
export interface SnapshotFeed {
  now(): PhoneSnapshot;
  change(part: Partial<Omit<PhoneSnapshot, "revision">>): void;
}

/** Before anything was read: a phone that has no database yet has nobody, and the chosen defaults. */
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
  bus.answer("phone.snapshot.read", () => snapshot, signal);
  bus.tell("bus.owner.started", { owner: "phone" });
  return {
    now: () => snapshot,
    change(part) {
      snapshot = { ...snapshot, ...part, revision: snapshot.revision + 1 };
      bus.tell("phone.snapshot.changed", snapshot);
    },
  };
}
