import type { Bus } from "../../../background/bus/bus.ts";
import type { Wallet } from "../../../background/wallet/wallet.ts";
import { WalletError } from "../../../background/wallet/wallet-error.ts";
import type { AccountText } from "../../../protocol/number/address.ts";
import type { DelegationWish } from "./model.ts";

/** What is going on, for the person who waits for a window of their wallet. */
export type SignInStep =
  | { readonly kind: "accounts" }
  | { readonly kind: "chain"; readonly chainId: number }
  /** `check` is what the wallet shows for `signKeyX`, where nobody has put something else in its place. */
  | { readonly kind: "sign"; readonly account: AccountText; readonly check: string }
  | { readonly kind: "save" };

export interface SignInParts {
  readonly wallet: Wallet;
  readonly bus: Pick<Bus, "ask">;
  readonly step: (step: SignInStep) => void;
  readonly signal: AbortSignal;
}

/**
 * From a wallet to a device of its account. The phone makes the keys and checks the signature: nothing that came
 * back from the wallet, or from a page in between, is believed here.
 *
 * @throws WalletError, or AskError with the phone's sentence
 */
export async function signIn({ wallet, bus, step, signal }: SignInParts): Promise<void> {
  const say = (next: SignInStep) => {
    signal.throwIfAborted();
    step(next);
  };
  say({ kind: "accounts" });
  const [account] = await wallet.requestAccounts();
  if (account === undefined) throw new WalletError("locked");
  const wish = await bus.ask("account.delegation.prepare", { account });
  if ((await wallet.readChain()) !== wish.chainId) {
    say({ kind: "chain", chainId: wish.chainId });
    await wallet.switchChain(wish.chainId);
  }
  say({ kind: "sign", account, check: checkOf(wish) });
  const signature = await wallet.signTypedData(account, wish.typedData);
  say({ kind: "save" });
  await bus.ask("account.delegation.sign", { signature });
}

const checkLength = 10;

/** As much of the device's key as people compare. */
export function checkOf({ typedData }: DelegationWish): string {
  const { message } = JSON.parse(typedData) as { readonly message?: { readonly signKeyX?: unknown } };
  const key = message?.signKeyX;
  return typeof key === "string" ? key.slice(0, checkLength) : "";
}
