import { createTurns } from "../../../background/base/turns.ts";
import type { Preferences } from "../../../background/bus/phone-contract.ts";
import { isDamage } from "../../../background/store/damage.ts";
import { EtherlynkError } from "../../../protocol/errors.ts";
import type { FeatureParts } from "../../phone/feature-parts.ts";
import { readers, readPreferences } from "./read-preferences.ts";

/** What the user chose, as of now. */
export interface ChosenPreferences {
  now(): Preferences;
  watch(listener: (preferences: Preferences) => void, signal: AbortSignal): void;
}

/** Of the record in `settings`. */
const key = "preferences";

export async function startPreferences(
  { bus, store, feed, failed }: FeatureParts,
  signal: AbortSignal,
): Promise<ChosenPreferences> {
  const inTurn = createTurns();
  const listeners = new Set<(preferences: Preferences) => void>();
  let chosen = readPreferences(undefined);
  const take = (next: Preferences) => {
    if (signal.aborted || isSame(chosen, next)) return;
    chosen = next;
    feed.change({ preferences: next });
    for (const listener of listeners) listener(next);
  };
  const load = async () => {
    try {
      take(readPreferences((await store.settings.get(key))?.value));
    } catch (error) {
      // The phone rings as it does for who chose nothing, and the next choice is stored over it.
      if (!isDamage(error)) throw error;
      failed("preferences.damage", error);
    }
  };

  feed.change({ preferences: chosen });
  await inTurn(load);
  store.watch({
    names: ["settings"],
    changed: () => void inTurn(load).catch((error: unknown) => failed("preferences.load", error)),
    ended: reason => signal.aborted || failed("preferences.watch", reason),
    signal,
  });
  bus.answer(
    "preferences.values.change",
    wish =>
      inTurn(async () => {
        const next = { ...chosen, ...readChange(wish) };
        await store.settings.put(key, { value: next });
        take(next);
        return null;
      }),
    signal,
  );
  return {
    now: () => chosen,
    watch(listener, until) {
      if (until.aborted) return;
      listeners.add(listener);
      until.addEventListener("abort", () => listeners.delete(listener), { once: true });
    },
  };
}

const sentences: Readonly<Record<keyof Preferences, string>> = {
  doNotDisturb: "Do not disturb is either on or off.",
  admitsGuests: "Guests may either ring or not.",
  ringtone: "There is no such ringtone, volume or loudspeaker.",
  devices: "There is no such device.",
  ice: "A server is stun:host, turn:host or turns:host, at most eight; a TURN server needs a name and a secret.",
};

/** @throws PreferenceError */
function readChange(wish: Partial<Preferences>): Partial<Preferences> {
  const change: Partial<Record<keyof Preferences, unknown>> = {};
  for (const name of Object.keys(sentences) as (keyof Preferences)[]) {
    if (wish[name] === undefined) continue;
    const value = readers[name](wish[name]);
    if (value === undefined) throw new PreferenceError(sentences[name]);
    change[name] = value;
  }
  return change as Partial<Preferences>;
}

function isSame(one: Preferences, other: Preferences): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

class PreferenceError extends EtherlynkError {
  constructor(sentence: string) {
    super("preferences.value", sentence);
  }
}
