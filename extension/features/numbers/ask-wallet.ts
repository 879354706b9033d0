import type { Bus } from "../../../background/bus/bus.ts";
import type { Wallet, WalletAbout } from "../../../background/wallet/wallet.ts";
import { WalletError, type WalletFailure } from "../../../background/wallet/wallet-error.ts";
import { EtherlynkError } from "../../../protocol/errors.ts";
import type { Review } from "./model.ts";

/** One wallet that can be picked. Nothing is asked of it before. */
export interface WalletChoice {
  readonly key: string;
  readonly about: WalletAbout;
  open(signal: AbortSignal): Promise<Wallet>;
}

export type FindWallets = (signal: AbortSignal) => Promise<{
  readonly choices: readonly WalletChoice[];
  /** Pages that have to be reloaded before their wallets can be reached. */
  readonly late: readonly string[];
}>;

/** What is going on, for the person who waits for a window of their wallet. */
export type AskStep = "accounts" | "chain" | "send";

export interface AskParts {
  readonly wallet: Wallet;
  readonly review: Review;
  readonly bus: Pick<Bus, "ask">;
  readonly step: (step: AskStep) => void;
  readonly signal: AbortSignal;
}

/**
 * Has a wallet send what was reviewed. The phone keeps the step before the wallet hears of it, so that nothing is
 * lost with this page; it goes on by itself once the wallet has sent.
 *
 * @throws WalletError, WrongWalletError, or AskError with the phone's sentence
 */
export async function askWallet(parts: AskParts): Promise<void> {
  const { wallet, review, bus, step, signal } = parts;
  const { call, chain, id } = review;
  step("accounts");
  const accounts = await wallet.requestAccounts();
  signal.throwIfAborted();
  if (!accounts.includes(call.from)) throw new WrongWalletError(accountWords(call.from, accounts[0]));
  if ((await wallet.readChain()) !== chain.id) {
    step("chain");
    await wallet.switchChain(chain.id).catch((error: unknown) => {
      if (!(error instanceof WalletError) || error.why !== "chain") throw error;
      throw new WrongWalletError(chainWords(chain), error);
    });
  }
  signal.throwIfAborted();
  await bus.ask("numbers.step.begin", { id });
  step("send");
  const hash = await sendOrLeave(parts);
  await bus.ask("numbers.step.sent", { id, hash });
}

async function sendOrLeave({ wallet, review, bus, signal }: AskParts): Promise<string> {
  const { from, to, data, value } = review.call;
  const left = new Promise<never>((_, reject) => {
    const leave = () => reject(signal.reason);
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave, { once: true });
  });
  try {
    const wei = `0x${BigInt(value).toString(16)}` as const;
    const sending = wallet.sendTransaction({ from, to, data, value: wei });
    return await Promise.race([sending, left]);
  } catch (error) {
    const unsure = !(error instanceof WalletError) || unsureFailures.has(error.why);
    await bus.ask("numbers.step.leave", { id: review.id, unsure });
    throw error;
  }
}

/** After these the wallet's window may still be there, and somebody may say yes in it. */
const unsureFailures: ReadonlySet<WalletFailure> = new Set(["timeout", "gone", "changed", "answer"]);

function accountWords(wanted: string, shown: string | undefined): string {
  return `The wallet shows ${shown ?? "no account"}, and you are signed in here as ${wanted}. Choose that account in the wallet, then ask again.`;
}

function chainWords({ name, id, rpcs }: Review["chain"]): string {
  const server = rpcs[0] ? `, server ${rpcs[0]}` : "";
  return `The wallet does not know ${name}. Add it there as a network: chain id ${id}${server}. Then ask again.`;
}

/** Another account or chain than what is needed, and how to come to the right one. */
class WrongWalletError extends EtherlynkError {
  constructor(sentence: string, cause?: unknown) {
    super("numbers.wallet", sentence, { cause });
  }
}
