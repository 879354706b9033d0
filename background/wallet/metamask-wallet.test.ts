import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createFakePorts, type FakePort } from "./fake-port.suite.ts";
import { type ExternalWallet, metamaskIds, openExternal, probeExternal } from "./metamask-wallet.ts";
import { WalletError } from "./wallet-error.ts";

const alice = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const [stable] = metamaskIds(false) as [ExternalWallet];
const about = {
  name: "MetaMask",
  icon: "",
  shownOrigin: "chrome-extension://etherlynk",
  way: "extension",
} as const;
const state = { accounts: [], chainId: "0x1", isUnlocked: true, networkVersion: "1", isConnected: true };

// MetaMask's client tells the console of all that happens to it.
beforeEach(() => {
  for (const level of ["debug", "warn", "error"] as const)
    vi.spyOn(console, level).mockImplementation(() => undefined);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

interface Rpc {
  readonly id?: number;
  readonly method: string;
  readonly params?: unknown;
}

/** MetaMask's end, in the shapes of its wire: JSON-RPC within `{name, data}`. */
function installWallet(answer: (rpc: Rpc) => unknown) {
  let far: FakePort | undefined;
  const say = (data: object) =>
    far?.postMessage({ name: "metamask-provider", data: { jsonrpc: "2.0", ...data } });
  const runtime = {
    lastError: undefined,
    getURL: (path: string) => `chrome-extension://etherlynk${path}`,
    connect(id: string) {
      const [near, other] = createFakePorts();
      if (id !== stable.id) other.disconnect();
      far = other;
      other.onMessage.addListener(async message => {
        const { data } = message as { data: Rpc };
        if (data.id === undefined) return;
        const value = await answer(data);
        if (value instanceof Error) say({ id: data.id, error: { ...value, message: value.message } });
        else say({ id: data.id, result: value });
      });
      return near;
    },
  };
  vi.stubGlobal("chrome", { runtime });
  return { runtime: runtime as never, say, leave: () => far?.disconnect() };
}

const after = (ms: number, call: () => void) => {
  const timer = setTimeout(call, ms);
  return () => clearTimeout(timer);
};
const { signal } = new AbortController();
const standard = (answers: Readonly<Record<string, unknown>>) => (rpc: Rpc) =>
  ({ metamask_getProviderState: state, ...answers })[rpc.method];

describe("MetaMask's port", () => {
  it("is found by one question, locked or not, and names us as the one who asks", async () => {
    const { runtime } = installWallet(standard({}));
    expect(await probeExternal(stable, { runtime, after, signal })).toEqual({ ...about, isLocked: false });
    const locked = installWallet(() => ({ ...state, isUnlocked: false }));
    expect(await probeExternal(stable, { runtime: locked.runtime, after, signal })).toMatchObject({
      isLocked: true,
    });
  });

  it("that is not there is not waited for", async () => {
    const { runtime } = installWallet(standard({}));
    const other = { id: "a".repeat(32), name: "Nobody" };
    expect(await probeExternal(other, { runtime, after, signal })).toBeUndefined();
  });

  it("that says something else is no wallet", async () => {
    const { runtime } = installWallet(() => "hello");
    const quick = (_: number, call: () => void) => after(20, call);
    expect(await probeExternal(stable, { runtime, after: quick, signal })).toBeUndefined();
  });

  it("carries requests and changes through MetaMask's own client", async () => {
    const { say } = installWallet(
      standard({ eth_requestAccounts: [alice.toLowerCase()], eth_chainId: "0x7a69" }),
    );
    const wallet = await openExternal(stable.id, about, { after, signal });
    expect(await wallet.requestAccounts()).toEqual([alice]);
    expect(await wallet.readChain()).toBe(31_337);
    const heard: unknown[] = [];
    wallet.watch(event => heard.push(event));
    say({ method: "metamask_accountsChanged", params: [] });
    say({
      method: "metamask_chainChanged",
      params: { chainId: "0x5", networkVersion: "5", isConnected: false },
    });
    await expect
      .poll(() => heard)
      .toEqual([
        { kind: "accounts", accounts: [] },
        { kind: "chain", chainId: 5 },
      ]);
  });

  it("refuses with its number", async () => {
    installWallet(standard({ eth_requestAccounts: Object.assign(new Error("no"), { code: 4001 }) }));
    const wallet = await openExternal(stable.id, about, { after, signal });
    await expect(wallet.requestAccounts()).rejects.toMatchObject({ code: "wallet.refused" });
  });

  it("that is lost ends what waits, and what is asked then", async () => {
    const { leave } = installWallet(rpc =>
      rpc.method === "eth_requestAccounts" ? new Promise(() => undefined) : state,
    );
    const wallet = await openExternal(stable.id, about, { after, signal });
    const asking = wallet.requestAccounts().catch((error: unknown) => error);
    await new Promise(resolve => setTimeout(resolve, 10));
    leave();
    expect(await asking).toMatchObject({ code: "wallet.gone" });
    await expect(wallet.requestAccounts()).rejects.toBeInstanceOf(WalletError);
  });
});
