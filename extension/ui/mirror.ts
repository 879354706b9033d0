import { useEffect, useReducer } from "preact/hooks";
import type { Bus } from "../../background/bus/bus.ts";
import type { PhoneSnapshot, SnapshotChange } from "../../background/bus/phone-contract.ts";

/** The phone's snapshot as a panel knows it. */
export interface Mirror {
  /** Undefined until it was read. */
  now(): PhoneSnapshot | undefined;
  /** Why it could not be read, where it could not. */
  trouble(): unknown;
  /** Reads once more. */
  again(): void;
  watch(listener: () => void): () => void;
}

/** More changes than come while a snapshot is read: whoever missed one reads again. */
const mostEarly = 32;

/**
 * Listens first and reads then, so that no change falls in between; what is older than what is known is left aside, and
 * where a change is missing all is read again. A phone that was started anew counts from the beginning again.
 */
export function startMirror(bus: Bus, failed: (error: unknown) => void, signal: AbortSignal): Mirror {
  let snapshot: PhoneSnapshot | undefined;
  let trouble: unknown;
  let early: SnapshotChange[] = [];
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };
  const hear = (change: SnapshotChange) => {
    if (snapshot && change.revision <= snapshot.revision) return;
    if (!snapshot) early = [...early, change].slice(-mostEarly);
    else if (!follows(change, snapshot)) ask();
    else {
      snapshot = { ...snapshot, ...change };
      changed();
    }
  };
  const take = (next: PhoneSnapshot) => {
    if (snapshot && next.revision < snapshot.revision) return;
    snapshot = next;
    trouble = undefined;
    for (const change of early.splice(0)) hear(change);
    changed();
  };
  const refused = (error: unknown) => {
    trouble = error;
    failed(error);
    changed();
  };
  const ask = () => void bus.ask("phone.snapshot.read", null).then(take, refused);
  const read = () => {
    snapshot = undefined;
    trouble = undefined;
    early = [];
    ask();
  };
  bus.listen("phone.snapshot.changed", hear, signal);
  bus.listen("bus.owner.started", ({ owner }) => owner === "phone" && read(), signal);
  read();
  return {
    now: () => snapshot,
    trouble: () => trouble,
    again() {
      read();
      changed();
    },
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** What says all there is needs none before it. */
function follows(change: SnapshotChange, { revision, ...parts }: PhoneSnapshot): boolean {
  return change.revision === revision + 1 || Object.keys(parts).every(part => part in change);
}

/** Draws anew with each change of it. */
export function useMirror(mirror: Mirror): void {
  const [, draw] = useReducer<number, void>(times => times + 1, 0);
  useEffect(() => {
    const stop = mirror.watch(() => draw());
    // What came between the first drawing and this was heard by nobody.
    draw();
    return stop;
  }, [mirror]);
}
