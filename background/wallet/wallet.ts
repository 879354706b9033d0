import type { Plain } from "../../protocol/bus/plain.ts";
import type { WalletChange, WalletMethod } from "../../protocol/bus/wallet-contract.ts";
import type { AccountText } from "../../protocol/number/address.ts";
import type { Clock } from "../base/clock.ts";
import { readAccounts, readChainId, readHash, readSignature } from "./wallet-answers.ts";
import { toWalletError, WalletError } from "./wallet-error.ts";

/** A wallet that was found. Each request is shown there to its owner, and may be refused. */
export interface Wallet {
  readonly about: WalletAbout;
  /** Asks which accounts may be used; the one chosen in the wallet comes first. */
  requestAccounts(): Promise<readonly AccountText[]>;
  /** The chain that the wallet is on. */
  readChain(): Promise<number>;
  /** @throws WalletError `chain` where the wallet does not know it */
  switchChain(chainId: number): Promise<void>;
  /** @param typedData JSON for `eth_signTypedData_v4` */
  signTypedData(account: AccountText, typedData: string): Promise<`0x${string}`>;
  sendTransaction(transaction: WalletTransaction): Promise<`0x${string}`>;
  /** Until the signal that the wallet was made with aborts. */
  watch(listener: (event: WalletEvent) => void): void;
}

export interface WalletAbout {
  readonly name: string;
  /** A `data:` picture, or empty. */
  readonly icon: string;
  /** The origin that the wallet will name as the one who asks. */
  readonly shownOrigin: string;
  /** `page`: reached through a page, which sees each request and can answer in the wallet's place. */
  readonly way: "extension" | "page";
  readonly isLocked?: boolean;
}

export interface WalletTransaction {
  readonly from: AccountText;
  readonly to: AccountText;
  readonly data?: `0x${string}`;
  /** In wei, hexadecimal. */
  readonly value?: `0x${string}`;
}

export type WalletEvent =
  | { readonly kind: "accounts"; readonly accounts: readonly AccountText[] }
  | { readonly kind: "chain"; readonly chainId: number }
  | { readonly kind: "gone" };

/** What carries requests to one wallet: MetaMask's port, or a page. */
export interface WalletWire {
  /** Fails with whatever the other end said. */
  request(method: WalletMethod, params: readonly Plain[]): Promise<unknown>;
  listen(listener: (change: WalletChange, value: unknown) => void): void;
}

export const walletWaits = {
  /** Somebody reads, unlocks, connects a hardware wallet. */
  personMs: 5 * 60_000,
  machineMs: 10_000,
  /** Requests under way in one wallet. */
  open: 8,
} as const;

interface Pending {
  readonly method: WalletMethod;
  /** Whose signature it is to be. */
  readonly account?: AccountText;
  readonly fail: (error: WalletError) => void;
}

export interface WalletParts {
  readonly about: WalletAbout;
  readonly wire: WalletWire;
  readonly after: Clock["after"];
  readonly signal: AbortSignal;
}

export function createWallet(parts: WalletParts): Wallet {
  const pending = new Set<Pending>();
  const listeners = new Set<(event: WalletEvent) => void>();
  const fail = (why: "gone" | "changed" | "locked", isMeant: (one: Pending) => boolean = () => true) => {
    for (const one of pending) if (isMeant(one)) one.fail(new WalletError(why));
  };
  const heard = (event: WalletEvent) => {
    if (event.kind === "gone") fail("gone");
    else if (event.kind === "chain") fail("changed", isBoundToChain);
    else fail(event.accounts.length === 0 ? "locked" : "changed", one => lost(one, event.accounts));
    for (const listener of listeners) listener(event);
  };
  parts.wire.listen((change, value) => {
    const event = parts.signal.aborted ? undefined : toEvent(change, value);
    if (event) heard(event);
  });
  parts.signal.addEventListener("abort", () => fail("gone"), { once: true });
  const ask = (method: WalletMethod, params: readonly Plain[], account?: AccountText) =>
    request({ ...parts, pending }, { method, params, ...(account && { account }) });

  return {
    about: parts.about,
    async requestAccounts() {
      const accounts = readAccounts(await ask("eth_requestAccounts", []));
      if (accounts.length === 0) throw new WalletError("locked");
      return accounts;
    },
    readChain: async () => readChainId(await ask("eth_chainId", [])),
    async switchChain(chainId) {
      await ask("wallet_switchEthereumChain", [{ chainId: `0x${chainId.toString(16)}` }]);
    },
    signTypedData: async (account, typedData) =>
      readSignature(await ask("eth_signTypedData_v4", [account, typedData], account)),
    sendTransaction: async transaction =>
      readHash(await ask("eth_sendTransaction", [{ ...transaction }], transaction.from)),
    watch: listener => void listeners.add(listener),
  };
}

interface Asking {
  readonly method: WalletMethod;
  readonly params: readonly Plain[];
  readonly account?: AccountText;
}

/** One request: it ends by its answer, its time, or what happens to the wallet meanwhile, whichever is first. */
function request(
  { wire, after, signal, pending }: WalletParts & { readonly pending: Set<Pending> },
  { method, params, account }: Asking,
): Promise<unknown> {
  if (signal.aborted) return Promise.reject(new WalletError("gone"));
  if (pending.size >= walletWaits.open) return Promise.reject(new WalletError("busy"));
  return new Promise((resolve, reject) => {
    const settle = (end: () => void) => {
      if (!pending.delete(one)) return;
      stop();
      end();
    };
    const one: Pending = {
      method,
      ...(account && { account }),
      fail: error => settle(() => reject(error)),
    };
    const wait = isForMachine(method) ? walletWaits.machineMs : walletWaits.personMs;
    const stop = after(wait, () => one.fail(new WalletError("timeout")));
    pending.add(one);
    wire.request(method, params).then(
      value => settle(() => resolve(value)),
      error => one.fail(toWalletError(error)),
    );
  });
}

function isForMachine(method: WalletMethod): boolean {
  return method === "eth_chainId" || method === "eth_accounts";
}

/** The account of a signature that was asked for is not to be had any more. */
function lost({ account }: Pending, accounts: readonly AccountText[]): boolean {
  return account !== undefined && !accounts.includes(account);
}

function isBoundToChain({ account }: Pending): boolean {
  return account !== undefined;
}

/** A change that makes no sense is none. */
function toEvent(change: WalletChange, value: unknown): WalletEvent | undefined {
  try {
    if (change === "disconnect") return { kind: "gone" };
    if (change === "accountsChanged") return { kind: "accounts", accounts: readAccounts(value) };
    return { kind: "chain", chainId: readChainId(value) };
  } catch (error) {
    if (error instanceof WalletError) return undefined;
    throw error;
  }
}
