import { type DevAccount, openAccount } from "./accounts.ts";
import type { DevWalletOptions } from "./options.ts";

/** What the wallet remembers; the worker may die at any time, so it is read anew for each question. */
export interface WalletState {
  readonly account: number | `0x${string}`;
  readonly chainId: number;
  readonly isLocked: boolean;
  /** Origins to which the account was shown. */
  readonly approved: readonly string[];
}

export interface State {
  read(): Promise<WalletState>;
  change(part: Partial<WalletState>): Promise<void>;
  watch(changed: (now: WalletState, before: WalletState) => void): void;
}

const key = "wallet";
const mostOrigins = 200;

export function createState(storage: typeof chrome.storage, options: DevWalletOptions): State {
  const first: WalletState = {
    account: options.account,
    chainId: options.chainId,
    isLocked: false,
    approved: [],
  };
  const whole = (value: unknown): WalletState => ({
    ...first,
    ...(value as Partial<WalletState> | undefined),
  });
  const read = async () => whole((await storage.local.get(key))[key]);
  return {
    read,
    async change(part) {
      const next = { ...(await read()), ...part };
      await storage.local.set({ [key]: { ...next, approved: next.approved.slice(-mostOrigins) } });
    },
    watch(changed) {
      storage.local.onChanged.addListener(changes => {
        const change = changes[key];
        if (change) changed(whole(change.newValue), whole(change.oldValue));
      });
    },
  };
}

export function accountOf(state: WalletState): DevAccount {
  return openAccount(state.account);
}

/** What an origin may see of the accounts. */
export function accountsFor(state: WalletState, origin: string): readonly string[] {
  return state.isLocked || !state.approved.includes(origin) ? [] : [accountOf(state).address];
}
