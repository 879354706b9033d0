import type { ChainChange } from "./change.ts";

/** Numbers that were sold while this node looked on, and whose new owner has not been here since. */
export interface ChangedHands {
  has(number: string): boolean;
  /** @param isHere whether an account has a device that is registered */
  note(change: ChainChange, isHere: (account: string) => boolean): void;
  /** The account has registered. */
  arrived(account: string): void;
  /** Whether it did so since this node runs, as far as is remembered. */
  wasHere(account: string): boolean;
  readonly size: number;
}

export function createChangedHands(most: number): ChangedHands {
  const owners = new Map<string, string>();
  /** How many numbers wait for each account: registrations are many, and those who bought are few. */
  const waiting = new Map<string, Set<string>>();
  const arrivals = new Set<string>();

  function forget(number: string): void {
    const owner = owners.get(number);
    if (owner === undefined) return;
    owners.delete(number);
    const numbers = waiting.get(owner);
    if (numbers?.delete(number) && numbers.size === 0) waiting.delete(owner);
  }

  return {
    get size() {
      return owners.size;
    },
    has: number => owners.has(number),
    note({ numbers }, isHere) {
      for (const [id, { from, to, isUndone }] of numbers) {
        const number = `+${id}`;
        forget(number);
        // A claim, or a sale that was none: nobody has been reached by it who is not any more.
        if (isUndone || from === undefined || to === undefined || isHere(to)) continue;
        owners.set(number, to);
        const others = waiting.get(to);
        if (others === undefined) waiting.set(to, new Set([number]));
        else others.add(number);
        if (owners.size > most) forget(owners.keys().next().value ?? "");
      }
    },
    wasHere: account => arrivals.has(account),
    arrived(account) {
      // The latest last: the first to be forgotten is whoever was here longest ago.
      arrivals.delete(account);
      arrivals.add(account);
      const [oldest] = arrivals;
      if (arrivals.size > most && oldest !== undefined) arrivals.delete(oldest);
      for (const number of [...(waiting.get(account) ?? [])]) forget(number);
    },
  };
}
