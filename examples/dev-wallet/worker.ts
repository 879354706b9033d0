import { confirmPort, createConfirmations } from "./confirmations.ts";
import type { DevWalletOptions } from "./options.ts";
import { answer } from "./requests.ts";
import { RpcError } from "./rpc-error.ts";
import { accountsFor, createState, type WalletState } from "./state.ts";
import { pagePort, wireName } from "./wire.ts";

declare const __DEV_WALLET__: DevWalletOptions;

const options = __DEV_WALLET__;
const state = createState(chrome.storage, options);
const confirmations = createConfirmations(chrome);
/** Who is connected, and hears of changes. */
const ports = new Map<chrome.runtime.Port, string>();

chrome.runtime.onConnectExternal.addListener(port => {
  const id = port.sender?.id ?? "";
  if (options.allowed && !options.allowed.includes(id)) return port.disconnect();
  serve(port, `chrome-extension://${id}`);
});
chrome.runtime.onConnect.addListener(port => {
  const { sender, name } = port;
  if (name.startsWith(confirmPort)) confirmations.attach(port);
  else if (name === pagePort && sender?.origin) serve(port, sender.origin);
});
state.watch((now, before) => {
  for (const [port, origin] of ports) tellChanges({ port, origin, now, before });
});

/** The wire of MetaMask's port: JSON-RPC within `{name, data}`. */
function serve(port: chrome.runtime.Port, origin: string): void {
  ports.set(port, origin);
  port.onDisconnect.addListener(() => ports.delete(port));
  port.onMessage.addListener(async message => {
    const { id, method, params } = message?.data ?? {};
    if (message?.name !== wireName || id === undefined || typeof method !== "string") return;
    const request = { origin, method, params: Array.isArray(params) ? params : [] };
    const reply = await answer({ options, state, confirmations }, request).then(
      result => ({ result }),
      error => ({ error: toError(error) }),
    );
    // Who asked may have left while somebody was reading.
    if (ports.has(port)) port.postMessage({ name: wireName, data: { jsonrpc: "2.0", id, ...reply } });
  });
}

interface Change {
  readonly port: chrome.runtime.Port;
  readonly origin: string;
  readonly now: WalletState;
  readonly before: WalletState;
}

function tellChanges({ port, origin, now, before }: Change): void {
  const tell = (method: string, params: unknown) =>
    port.postMessage({ name: wireName, data: { jsonrpc: "2.0", method, params } });
  const accounts = accountsFor(now, origin);
  if (`${accounts}` !== `${accountsFor(before, origin)}`) tell("metamask_accountsChanged", accounts);
  if (now.isLocked !== before.isLocked)
    tell("metamask_unlockStateChanged", { accounts, isUnlocked: !now.isLocked });
  if (now.chainId !== before.chainId)
    tell("metamask_chainChanged", {
      chainId: `0x${now.chainId.toString(16)}`,
      networkVersion: `${now.chainId}`,
      isConnected: true,
    });
}

function toError(error: unknown): { code: number; message: string } {
  if (error instanceof RpcError) return { code: error.code, message: error.message };
  console.error(error);
  return { code: -32_603, message: error instanceof Error ? error.message.slice(0, 300) : "Internal error." };
}
