import { isWalletMethod, walletLimits, walletPort } from "../protocol/bus/wallet-contract.ts";

/** Between our two scripts, beside the page's questions: `channel` is one page of the extension that asks. */
export interface WalletLetter {
  readonly channel: number;
  /** To the page: a question, or nothing when nobody asks any more. From it: news. */
  readonly letter: unknown;
}

/**
 * Carries a wallet's requests from a page of the extension to the wallets of this page. It is the extension that
 * opens the port; the page can answer on it while it is open, and begin nothing. What a page says goes on as text:
 * whoever reads it decides what it is.
 */
export function startWalletRelay(
  runtime: typeof chrome.runtime,
  door: MessagePort | undefined,
  signal: AbortSignal,
): void {
  const open = new Map<number, (letter: unknown) => void>();
  let count = 0;
  door?.addEventListener("message", ({ data }: MessageEvent<Partial<WalletLetter> | null>) => {
    if (typeof data?.channel === "number") open.get(data.channel)?.(data.letter);
  });

  const serve = (port: chrome.runtime.Port) => {
    const { sender, name } = port;
    // Another of our scripts is in a tab as well; only a page of the extension has its origin.
    if (name !== walletPort || sender?.id !== runtime.id || !sender.url?.startsWith(runtime.getURL("")))
      return;
    const channel = ++count;
    const post = (letter: unknown) => door?.postMessage({ channel, letter } satisfies WalletLetter);
    const close = () => {
      if (open.delete(channel)) post(null);
    };
    let left: number = walletLimits.messages;
    open.set(channel, letter => {
      const text = toText(letter);
      left -= 1;
      if (text !== undefined && left >= 0) return port.postMessage(text);
      // A page that says too much is cut off; the extension hears that the wallet is gone.
      close();
      port.disconnect();
    });
    port.onMessage.addListener(question => {
      if (question?.kind === "find" || isWalletMethod(question?.method)) post(question);
    });
    port.onDisconnect.addListener(close);
    port.postMessage(JSON.stringify({ kind: door ? "ready" : "late" }));
  };
  runtime.onConnect.addListener(serve);
  signal.addEventListener("abort", () => open.clear(), { once: true });
}

function toText(letter: unknown): string | undefined {
  try {
    const text = JSON.stringify(letter);
    return text?.length <= walletLimits.characters ? text : undefined;
  } catch {
    // A circle, or a number that JSON does not have.
    return undefined;
  }
}
