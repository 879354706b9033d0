import { type WalletChange, type WalletQuestion, walletLimits } from "../protocol/bus/wallet-contract.ts";
import type { WalletLetter } from "./wallet-relay.ts";

/** EIP-1193, as far as it is used. A page can put anything in its place. */
interface Provider {
  request(request: { readonly method: string; readonly params: readonly unknown[] }): Promise<unknown>;
  on?(name: string, listener: (value: unknown) => void): void;
  removeListener?(name: string, listener: (value: unknown) => void): void;
}

/** EIP-6963 */
interface Announcement {
  readonly info: { readonly uuid: string; readonly name: string; readonly icon: string };
  readonly provider: Provider;
}

type Send = (news: object) => void;

const announced = "eip6963:announceProvider";
const changes: readonly WalletChange[] = ["accountsChanged", "chainChanged", "disconnect"];

/**
 * In the page's world: finds the wallets of this page when the extension asks for them, and no sooner, and asks them
 * what it is told to. The page sees all of this, and can answer in a wallet's place.
 */
export function serveWallets(window: Window, door: MessagePort): void {
  const post = door.postMessage.bind(door);
  const providers = new Map<string, Provider>();
  const open = new Map<number, AbortController>();
  door.addEventListener("message", ({ data }: MessageEvent<Partial<WalletLetter>>) => {
    const { channel } = data;
    const question = data.letter as WalletQuestion | null;
    if (channel === undefined) return;
    if (!question) {
      open.get(channel)?.abort();
      open.delete(channel);
      return;
    }
    const send: Send = letter => post({ channel, letter });
    const over = open.get(channel) ?? new AbortController();
    open.set(channel, over);
    if (question.kind === "find") find(window, { providers, send, signal: over.signal });
    else void ask(providers.get(question.wallet), question, send);
  });
}

interface Finding {
  readonly providers: Map<string, Provider>;
  readonly send: Send;
  readonly signal: AbortSignal;
}

/** The first that announces itself under an id keeps it. */
function find(window: Window, { providers, send, signal }: Finding): void {
  const seen = new Set<string>();
  const hear = (event: Event) => {
    const { info, provider } = (event as CustomEvent<Partial<Announcement> | null>).detail ?? {};
    if (!info || !provider || seen.has(info.uuid) || seen.size >= walletLimits.wallets) return;
    const { uuid: wallet, name } = info;
    const icon = info.icon?.length > walletLimits.iconLength ? "" : info.icon;
    seen.add(wallet);
    if (!providers.has(wallet)) providers.set(wallet, provider);
    send({ kind: "found", wallet, name, icon });
    follow(provider, (change, value) => send({ kind: "changed", wallet, name: change, value }), signal);
  };
  window.addEventListener(announced, hear, { signal });
  window.dispatchEvent(new Event("eip6963:requestProvider"));
}

function follow(
  provider: Provider,
  changed: (name: WalletChange, value: unknown) => void,
  signal: AbortSignal,
): void {
  for (const name of changes) {
    // An error does not cross the port, and what is in it is nobody's concern.
    const listener = (value: unknown) => changed(name, name === "disconnect" ? null : value);
    provider.on?.(name, listener);
    signal.addEventListener("abort", () => provider.removeListener?.(name, listener), { once: true });
  }
}

async function ask(
  provider: Provider | undefined,
  question: Extract<WalletQuestion, { kind: "request" }>,
  send: Send,
): Promise<void> {
  const { id, method, params } = question;
  if (!provider) return send({ kind: "failed", id, code: 4900, message: "" });
  try {
    send({ kind: "result", id, value: (await provider.request({ method, params })) ?? null });
  } catch (error) {
    const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
    send({ kind: "failed", id, code: Number(code), message: `${message ?? ""}` });
  }
}
