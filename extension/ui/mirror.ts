import { useEffect, useReducer } from "preact/hooks";
import type { Bus } from "../../background/bus/bus.ts";
import type { PhoneSnapshot } from "../../background/bus/phone-contract.ts";

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

/**
 * Listens first and reads then, so that no change falls in between; what is older than what is known is left aside.
 * A phone that was started anew counts from the beginning again.
 */
export function startMirror(bus: Bus, failed: (error: unknown) => void, signal: AbortSignal): Mirror {
  let snapshot: PhoneSnapshot | undefined;
  let trouble: unknown;
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };
  const take = (next: PhoneSnapshot) => {
    if (snapshot && next.revision < snapshot.revision) return;
    snapshot = next;
    trouble = undefined;
    changed();
  };
  const refused = (error: unknown) => {
    trouble = error;
    failed(error);
    changed();
  };
  const read = () => {
    snapshot = undefined;
    trouble = undefined;
    bus.ask("phone.snapshot.read", null).then(take, refused);
  };
  bus.listen("phone.snapshot.changed", take, signal);
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
