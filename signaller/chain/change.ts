/** A number that is another's than it was. */
export interface Handover {
  /** Accounts in lower case; `undefined` is nobody. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** The chain took back the block in which it had changed hands. */
  readonly isUndone: boolean;
}

/** What is no longer as it was, of one look at the chain. */
export interface ChainChange {
  readonly chainId: number;
  readonly numbers: ReadonlyMap<number, Handover>;
  readonly accounts: ReadonlySet<string>;
  /** All was loaded anew: anything may have changed. */
  readonly isAll: boolean;
}

/** Gathers what one look brings: a number that went and came back has not changed. */
export interface ChangeGatherer {
  move(id: number, handover: Handover): void;
  touch(account: string): void;
  touchAll(): void;
  /** What was gathered since the last time; nothing where nothing was. */
  take(): ChainChange | undefined;
}

export function createChangeGatherer(chainId: number): ChangeGatherer {
  let numbers = new Map<number, Handover>();
  let accounts = new Set<string>();
  let isAll = false;
  return {
    move(id, { from, to, isUndone }) {
      const before = numbers.get(id);
      const first = before === undefined ? from : before.from;
      if (first === to) numbers.delete(id);
      else numbers.set(id, { from: first, to, isUndone });
    },
    touch: account => void accounts.add(account),
    touchAll() {
      isAll = true;
    },
    take() {
      if (numbers.size === 0 && accounts.size === 0 && !isAll) return undefined;
      const change = { chainId, numbers, accounts, isAll };
      numbers = new Map();
      accounts = new Set();
      isAll = false;
      return change;
    },
  };
}
