import { useEffect, useState } from "preact/hooks";
import type { Bus } from "../../background/bus/bus.ts";
import type { PhoneSnapshot } from "../../background/bus/phone-contract.ts";

/** The phone's snapshot as a panel knows it; undefined until it was read. */
export interface Mirror {
  now(): PhoneSnapshot | undefined;
  watch(listener: () => void): () => void;
}

/**
 * Listens first and reads then, so that no change falls in between; what is older than what is known is left aside.
 * A phone that was started anew counts from the beginning again.
 */
export function startMirror(bus: Bus, failed: (error: unknown) => void, signal: AbortSignal): Mirror {
  let snapshot: PhoneSnapshot | undefined;
  const listeners = new Set<() => void>();
  const take = (next: PhoneSnapshot) => {
    if (snapshot && next.revision < snapshot.revision) return;
    snapshot = next;
    for (const listener of listeners) listener();
  };
  const read = () => void bus.ask("phone.snapshot.read", null).then(take, failed);
  bus.listen("phone.snapshot.changed", take, signal);
  bus.listen(
    "bus.owner.started",
    ({ owner }) => {
      if (owner !== "phone") return;
      snapshot = undefined;
      read();
    },
    signal,
  );
  read();
  return {
    now: () => snapshot,
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function useSnapshot(mirror: Mirror): PhoneSnapshot | undefined {
  const [snapshot, show] = useState(mirror.now);
  useEffect(() => {
    // What came between the first drawing and this was heard by nobody.
    show(mirror.now());
    return mirror.watch(() => show(mirror.now()));
  }, [mirror]);
  return snapshot;
}
