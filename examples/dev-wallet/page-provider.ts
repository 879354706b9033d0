import { fromWallet, toWallet } from "./wire.ts";

// In the page's world: an EIP-1193 provider, announced by EIP-6963. `window.ethereum` is left alone.

type Listener = (value: unknown) => void;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

const waiting = new Map<number, Waiting>();
const listeners = new Map<string, Set<Listener>>();
let count = 0;

const provider = Object.freeze({
  request: ({ method, params = [] }: { method: string; params?: unknown }) =>
    new Promise((resolve, reject) => {
      const id = ++count;
      waiting.set(id, { resolve, reject });
      window.postMessage({ [toWallet]: { jsonrpc: "2.0", id, method, params } }, location.origin);
    }),
  on(name: string, listener: Listener) {
    listeners.set(name, (listeners.get(name) ?? new Set()).add(listener));
    return provider;
  },
  removeListener(name: string, listener: Listener) {
    listeners.get(name)?.delete(listener);
    return provider;
  },
});

const icon = `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#5b3fa8"/><path d="M8 11h16v11H8z" fill="#fff"/><circle cx="20.500" cy="16.500" r="1.800" fill="#5b3fa8"/></svg>')}`;
const info = Object.freeze({
  uuid: createUuid(),
  name: "Dev wallet",
  icon,
  rdns: "example.etherlynk.dev-wallet",
});

window.addEventListener("message", ({ source, data }: MessageEvent) => {
  if (source === window && data?.[fromWallet]) hear(data[fromWallet]);
});
window.addEventListener("eip6963:requestProvider", announce);
announce();

function announce(): void {
  const detail = Object.freeze({ info, provider });
  window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
}

interface News {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
  readonly method?: string;
  readonly params?: unknown;
  readonly lost?: true;
}

function hear(news: News): void {
  if (news.lost) lose();
  else if (news.method === "metamask_accountsChanged") emit("accountsChanged", news.params);
  else if (news.method === "metamask_chainChanged")
    emit("chainChanged", (news.params as { chainId: string }).chainId);
  else if (news.id !== undefined) settle(news.id, news);
}

function lose(): void {
  const error = toError(4900, "The wallet was lost.");
  for (const { reject } of waiting.values()) reject(error);
  waiting.clear();
  emit("disconnect", error);
}

function settle(id: number, { result, error }: News): void {
  const asked = waiting.get(id);
  waiting.delete(id);
  if (error) asked?.reject(toError(error.code, error.message));
  else asked?.resolve(result);
}

function emit(name: string, value: unknown): void {
  for (const listener of listeners.get(name) ?? []) listener(value);
}

function toError(code: number, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/** Pages without TLS have no `randomUUID`. */
function createUuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = [...bytes].map(byte => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-8$4-$5");
}
