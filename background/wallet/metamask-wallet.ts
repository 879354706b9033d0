import { isRecord } from "../../protocol/bus/plain.ts";
import type { WalletChange } from "../../protocol/bus/wallet-contract.ts";
import type { Clock } from "../base/clock.ts";
import { createWallet, type Wallet, type WalletAbout, type WalletWire } from "./wallet.ts";
import { WalletError } from "./wallet-error.ts";

/** An extension that may be a wallet, and answers as MetaMask does. */
export interface ExternalWallet {
  readonly id: string;
  readonly name: string;
}

/** The ids that MetaMask publishes under. */
export function metamaskIds(isFirefox: boolean): readonly ExternalWallet[] {
  return isFirefox
    ? [
        { id: "webextension@metamask.io", name: "MetaMask" },
        { id: "webextension-beta@metamask.io", name: "MetaMask Beta" },
        { id: "webextension-flask@metamask.io", name: "MetaMask Flask" },
      ]
    : [
        { id: "nkbihfbeogaeaoehlefnkodbefgpgknn", name: "MetaMask" },
        { id: "pbbkamfgmaedccnfkmjcofcecjhfgldn", name: "MetaMask Beta" },
        { id: "ljfoeinjpaedjfecbmggjgodbgkmjkjk", name: "MetaMask Flask" },
        { id: "ejbalbakoplchlghecdalmeeeajnimhm", name: "MetaMask" },
      ];
}

export interface ExternalParts {
  readonly runtime: Pick<typeof chrome.runtime, "connect" | "getURL" | "lastError">;
  readonly after: Clock["after"];
  readonly signal: AbortSignal;
}

/** How long an extension whose worker sleeps may take to say that it is there. */
const probeMs = 3_000;
const channel = "metamask-provider";
const question = {
  name: channel,
  data: { jsonrpc: "2.0", id: 1, method: "metamask_getProviderState" },
} as const;

/** Whether a wallet is there, by a question of one message: its client of 115 KB is loaded only for who picks it. */
export function probeExternal(
  { id, name }: ExternalWallet,
  { runtime, after, signal }: ExternalParts,
): Promise<WalletAbout | undefined> {
  return new Promise(resolve => {
    const port = runtime.connect(id);
    const end = (about?: WalletAbout) => {
      stop();
      signal.removeEventListener("abort", leave);
      port.disconnect();
      resolve(about);
    };
    const leave = () => end();
    const stop = after(probeMs, leave);
    signal.addEventListener("abort", leave, { once: true });
    port.onDisconnect.addListener(() => {
      // Reading it is what keeps the browser from reporting it: that nobody is there is an answer.
      void runtime.lastError;
      end();
    });
    port.onMessage.addListener((message: unknown) => {
      const state = readState(message);
      if (state) end({ name, icon: "", shownOrigin: originOf(runtime), way: "extension", ...state });
    });
    port.postMessage(question);
  });
}

function readState(message: unknown): { readonly isLocked: boolean } | undefined {
  if (!isRecord(message) || message["name"] !== channel || !isRecord(message["data"])) return undefined;
  const { id, result } = message["data"];
  if (id !== question.data.id || !isRecord(result)) return undefined;
  return { isLocked: result["isUnlocked"] === false };
}

function originOf(runtime: ExternalParts["runtime"]): string {
  return runtime.getURL("/").replace(/\/$/, "");
}

/** A provider as `@metamask/providers` makes it: EIP-1193. */
export interface ExternalProvider {
  request(request: { method: string; params?: unknown }): Promise<unknown>;
  on(name: string, listener: (value: unknown) => void): unknown;
}

/** Loads MetaMask's own client, and connects. */
export async function openExternal(
  id: string,
  about: WalletAbout,
  { after, signal }: Omit<ExternalParts, "runtime">,
): Promise<Wallet> {
  const { connectProvider } = await import("./metamask-client.ts");
  return createWallet({ about, wire: toWire(connectProvider(id)), after, signal });
}

/** The client's own temporary loss of its network is none of the wallet: it goes on answering. */
const recoverable = 1013;

export function toWire(provider: ExternalProvider): WalletWire {
  let isGone = false;
  const listeners = new Set<(change: WalletChange, value: unknown) => void>();
  const tell = (change: WalletChange, value: unknown) => {
    for (const listener of listeners) listener(change, value);
  };
  provider.on("accountsChanged", value => tell("accountsChanged", value));
  provider.on("chainChanged", value => tell("chainChanged", value));
  provider.on("disconnect", error => {
    if ((error as { code?: unknown } | undefined)?.code === recoverable) return;
    isGone = true;
    tell("disconnect", null);
  });
  return {
    request: (method, params) =>
      // After the port is lost the client would keep the question and never answer.
      isGone ? Promise.reject(new WalletError("gone")) : provider.request({ method, params: [...params] }),
    listen: listener => void listeners.add(listener),
  };
}
