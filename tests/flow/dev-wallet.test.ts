import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Bus } from "../../background/bus/bus.ts";
import { createWalletCheck } from "../../background/identity/wallet-check.ts";
import { createFakePorts, type FakePort } from "../../background/wallet/fake-port.suite.ts";
import { openExternal, probeExternal } from "../../background/wallet/metamask-wallet.ts";
import type { Wallet } from "../../background/wallet/wallet.ts";
import { signIn } from "../../extension/features/account/sign-in.ts";
import { parseAccount } from "../../protocol/number/address.ts";
import { type Delegation, toDelegationTypedData } from "../../protocol/words/delegation.ts";

// Etherlynk, MetaMask's own client and the dev wallet's worker, with nothing but ports between them.

const walletId = "fhoplbacfjkfompjjbfjpnoelicaagdb";
const alice = parseAccount("0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266");
const chainId = 31_337;
const delegation: Delegation = {
  account: alice,
  signKey: { x: `0x${"a1".repeat(32)}`, y: `0x${"a2".repeat(32)}` },
  sealKey: { x: `0x${"b1".repeat(32)}`, y: `0x${"b2".repeat(32)}` },
  scopes: 127,
  accountEpoch: 0,
  issued: 1_790_000_000,
  expiry: 1_800_000_000,
};

type Listener = (...values: unknown[]) => void;

function createEvent() {
  const listeners = new Set<Listener>();
  return {
    addListener: (listener: Listener) => void listeners.add(listener),
    fire(...values: unknown[]) {
      for (const listener of listeners) listener(...values);
    },
  };
}

const external = createEvent();
const internal = createEvent();
const changed = createEvent();
const stored = new Map<string, unknown>();
const windows: string[] = [];
const fars: FakePort[] = [];
const fake = {
  runtime: {
    onConnectExternal: external,
    onConnect: internal,
    getURL: (path: string) => `chrome-extension://etherlynk/${path.replace(/^\//, "")}`,
    connect() {
      const [near, far] = createFakePorts();
      far.sender = { id: "etherlynk", url: "chrome-extension://etherlynk/welcome.html" };
      fars.push(far);
      external.fire(far);
      return near;
    },
  },
  storage: {
    local: {
      onChanged: changed,
      get: async (key: string) => ({ [key]: stored.get(key) }),
      async set(values: Record<string, unknown>) {
        for (const [key, newValue] of Object.entries(values)) {
          const oldValue = stored.get(key);
          stored.set(key, newValue);
          changed.fire({ [key]: { newValue, oldValue } });
        }
      },
    },
  },
  windows: { create: async ({ url }: { url: string }) => void windows.push(url) },
};

const after = (ms: number, call: () => void) => {
  const timer = setTimeout(call, ms);
  return () => clearTimeout(timer);
};
const { signal } = new AbortController();

beforeAll(async () => {
  vi.stubGlobal("chrome", fake);
  vi.stubGlobal("__DEV_WALLET__", { account: 0, rpc: "http://127.0.0.1:1", chainId });
  for (const level of ["debug", "warn", "error"] as const)
    vi.spyOn(console, level).mockImplementation(() => undefined);
  await import("../../examples/dev-wallet/worker.ts");
});
beforeEach(() => {
  stored.clear();
  windows.length = 0;
});
afterAll(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** The wallet's next window: what it shows, and a click in it. */
async function nextWindow(place: number) {
  await expect.poll(() => windows.length).toBeGreaterThan(place);
  const id = new URL(windows[place] ?? "").searchParams.get("id");
  const [near, far] = createFakePorts(`confirm:${id}`);
  const shown = new Promise<{ title: string; origin: string }>(resolve =>
    near.onMessage.addListener(message => resolve((message as { question: never }).question)),
  );
  internal.fire(far);
  return {
    shown: await shown,
    settle: (isApproved: boolean) => near.postMessage({ isApproved }),
    close: () => near.disconnect(),
  };
}

async function open(): Promise<Wallet> {
  const about = await probeExternal(
    { id: walletId, name: "Dev wallet" },
    { runtime: fake.runtime as never, after, signal },
  );
  if (!about) throw new Error("The wallet was not found");
  return openExternal(walletId, about, { after, signal });
}

function begin(wallet: Wallet) {
  const signatures: `0x${string}`[] = [];
  const ask = async (name: string, body: unknown) => {
    if (name === "account.delegation.prepare")
      return { typedData: JSON.stringify(toDelegationTypedData(delegation, chainId)), chainId, until: 0 };
    signatures.push((body as { signature: `0x${string}` }).signature);
    return null;
  };
  const ended = signIn({ wallet, bus: { ask } as unknown as Bus, step: () => undefined, signal }).then(
    () => "signed in",
    error => error.code as string,
  );
  return { ended, signatures };
}

describe("the dev wallet, through MetaMask's own client", () => {
  it("names us, shows what is signed, and signs what the phone takes", async () => {
    const { ended, signatures } = begin(await open());
    const accounts = await nextWindow(0);
    expect(accounts.shown).toMatchObject({ title: "Connect", origin: "chrome-extension://etherlynk" });
    accounts.settle(true);
    const signing = await nextWindow(1);
    expect(signing.shown).toMatchObject({ title: "Sign: Delegation" });
    expect(JSON.stringify(signing.shown)).toContain(delegation.signKey.x);
    signing.settle(true);
    expect(await ended).toBe("signed in");
    const [signature = "0x"] = signatures;
    expect(await createWalletCheck().isSigned({ delegation, chainId, signature })).toBe(true);
  });

  it("says no at a click, and by its window being closed", async () => {
    const wallet = await open();
    const first = begin(wallet);
    (await nextWindow(0)).settle(false);
    expect(await first.ended).toBe("wallet.refused");
    const second = begin(wallet);
    (await nextWindow(1)).close();
    expect(await second.ended).toBe("wallet.refused");
  });

  it.each([
    ["locked", { isLocked: true }, "wallet.locked"],
    ["another account", { account: 1 }, "wallet.changed"],
    ["another chain", { chainId: 1 }, "wallet.changed"],
  ])("tells at once of a change that ends a signature: %s", async (_what, change, code) => {
    const { ended } = begin(await open());
    (await nextWindow(0)).settle(true);
    await nextWindow(1);
    const wallet = stored.get("wallet") as object;
    await fake.storage.local.set({ wallet: { ...wallet, ...change } });
    expect(await ended).toBe(code);
  });

  it("is pending where it is asked the same twice, and gone where its worker dies", async () => {
    const wallet = await open();
    const first = begin(wallet);
    await nextWindow(0);
    expect(await begin(wallet).ended).toBe("wallet.pending");
    for (const far of fars) far.disconnect();
    expect(await first.ended).toBe("wallet.gone");
  });
});
