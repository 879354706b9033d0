import { afterEach, describe, expect, it } from "vitest";
import { serveWallets } from "../../content/wallet-provider.ts";
import { startWalletRelay } from "../../content/wallet-relay.ts";
import { walletLimits } from "../../protocol/bus/wallet-contract.ts";
import { createFakePorts, type FakePort } from "./fake-port.suite.ts";
import { findPageWallets } from "./page-wallet.ts";
import type { Wallet } from "./wallet.ts";
import { WalletError } from "./wallet-error.ts";

const alice = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";
const uuid = "350670db-19fa-4704-a166-e52e178b59d2";
const own = { id: "etherlynk", url: "chrome-extension://etherlynk/welcome.html" };
const page = { tab: 1, origin: "https://otc.example" };

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

type Request = (request: { method: string; params: readonly unknown[] }) => unknown;

/** The page's and our own script of one tab, with real ports between them. */
function openTab(isLate = false) {
  const window = new EventTarget() as unknown as Window;
  const { port1, port2 } = new MessageChannel();
  const { signal } = new AbortController();
  const serving: ((port: FakePort) => void)[] = [];
  const runtime = {
    id: own.id,
    getURL: () => "chrome-extension://etherlynk/",
    onConnect: { addListener: (listener: (port: FakePort) => void) => serving.push(listener) },
  };
  startWalletRelay(runtime as unknown as typeof chrome.runtime, isLate ? undefined : port1, signal);
  serveWallets(window, port2);
  port1.start();
  port2.start();
  ends.push(
    () => port1.close(),
    () => port2.close(),
  );
  const asked: string[] = [];
  const listeners = new Map<string, (value: unknown) => void>();
  const announce = (info: object, request: Request) =>
    window.addEventListener("eip6963:requestProvider", () => {
      const provider = {
        request: async (wish: { method: string; params: readonly unknown[] }) => {
          asked.push(wish.method);
          return request(wish);
        },
        on: (name: string, listener: (value: unknown) => void) => listeners.set(name, listener),
        removeListener: (name: string) => listeners.delete(name),
      };
      window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail: { info, provider } }));
    });
  const fars: FakePort[] = [];
  const connect = (sender = own) => {
    const [near, far] = createFakePorts("etherlynk.wallet");
    far.sender = sender;
    fars.push(far);
    for (const serve of serving) serve(far);
    return near;
  };
  /** The page is left: the browser tells the other end. */
  const leave = () => {
    for (const far of fars) far.disconnect();
  };
  return { announce, connect, asked, listeners, leave, hostile: port2 };
}

type Tab = ReturnType<typeof openTab>;

async function find(tab: Tab) {
  const stop = new AbortController();
  const found = await findPageWallets(page, {
    connect: () => tab.connect(),
    // Real time, since real message channels are on the way; a tenth of the product's.
    after(ms, call) {
      const timer = setTimeout(call, ms / 10);
      return () => clearTimeout(timer);
    },
    signal: stop.signal,
  });
  return { ...found, stop };
}

async function findOne(tab: Tab): Promise<Wallet> {
  const { wallets } = await find(tab);
  if (!wallets[0]) throw new Error("No wallet was found");
  return wallets[0];
}

const code = (promise: Promise<unknown>) =>
  promise.then(
    () => "no failure",
    error => (error instanceof WalletError ? error.code : error),
  );

describe("a wallet of a page", () => {
  it("is found, says whom it will name, and answers", async () => {
    const tab = openTab();
    tab.announce({ uuid, name: "Rabby", icon: "data:image/png;base64,AA" }, () => [alice]);
    const wallet = await findOne(tab);
    expect(wallet.about).toEqual({
      name: "Rabby",
      icon: "data:image/png;base64,AA",
      shownOrigin: page.origin,
      way: "page",
    });
    expect(await wallet.requestAccounts()).toEqual([alice]);
    expect(tab.asked).toEqual(["eth_requestAccounts"]);
  });

  it("is not looked for before somebody asks", () => {
    const tab = openTab();
    let announced = 0;
    tab.announce({ uuid, name: "Rabby", icon: "" }, () => announced++);
    expect(tab.listeners.size).toBe(0);
    expect(announced).toBe(0);
  });

  it("refuses with its own number", async () => {
    const tab = openTab();
    tab.announce({ uuid, name: "Rabby", icon: "" }, () => {
      throw Object.assign(new Error("User rejected"), { code: 4001 });
    });
    const wallet = await findOne(tab);
    expect(await code(wallet.requestAccounts())).toBe("wallet.refused");
  });

  it("tells its changes while it is looked at, and is left alone then", async () => {
    const tab = openTab();
    tab.announce({ uuid, name: "Rabby", icon: "" }, () => new Promise(() => undefined));
    const { wallets, stop } = await find(tab);
    const signing = code(wallets[0]?.signTypedData(alice, "{}") ?? Promise.resolve());
    tab.listeners.get("chainChanged")?.("0x1");
    expect(await signing).toBe("wallet.changed");
    stop.abort();
    await expect.poll(() => tab.listeners.size).toBe(0);
  });

  it("is gone with its page", async () => {
    const tab = openTab();
    tab.announce({ uuid, name: "Rabby", icon: "" }, () => new Promise(() => undefined));
    const wallet = await findOne(tab);
    const asking = code(wallet.requestAccounts());
    await expect.poll(() => tab.asked).toEqual(["eth_requestAccounts"]);
    tab.leave();
    expect(await asking).toBe("wallet.gone");
    expect(await code(wallet.readChain())).toBe("wallet.gone");
  });

  it("that was there before our script is named after a reload only", async () => {
    const found = await find(openTab(true));
    expect(found).toMatchObject({ isLate: true, wallets: [] });
  });
});

describe("a hostile page", () => {
  it("that floods announcements is heard up to a bound, and the first keeps an id", async () => {
    const tab = openTab();
    for (let turn = 0; turn < 40; turn++) {
      const id = `${String(turn).padStart(8, "0")}${uuid.slice(8)}`;
      tab.announce({ uuid: id, name: `Wallet ${turn}`, icon: "" }, () => [alice]);
    }
    tab.announce({ uuid: `00000000${uuid.slice(8)}`, name: "Thief", icon: "" }, () => []);
    const { wallets } = await find(tab);
    expect(wallets).toHaveLength(walletLimits.wallets);
    expect(wallets[0]?.about.name).toBe("Wallet 0");
  });

  it("is asked nothing that is not on the list", async () => {
    const tab = openTab();
    tab.announce({ uuid, name: "Rabby", icon: "" }, () => "0xkey");
    const port = tab.connect();
    const heard: unknown[] = [];
    port.onMessage.addListener(text => heard.push(JSON.parse(String(text))));
    port.postMessage({ kind: "find" });
    for (const method of ["eth_sign", "personal_sign", "eth_getEncryptionPublicKey"])
      port.postMessage({ kind: "request", id: 1, wallet: uuid, method, params: [] });
    port.postMessage({ kind: "request", id: 2, wallet: uuid, method: "eth_accounts", params: [] });
    await expect.poll(() => heard).toContainEqual({ kind: "result", id: 2, value: "0xkey" });
    expect(tab.asked).toEqual(["eth_accounts"]);
  });

  it("that is an extension's or a script's own is not served", async () => {
    const tab = openTab();
    for (const sender of [
      { id: "other", url: own.url },
      { id: own.id, url: "https://otc.example/page" },
    ]) {
      const port = tab.connect(sender);
      const heard: unknown[] = [];
      port.onMessage.addListener(text => heard.push(text));
      port.postMessage({ kind: "find" });
      await new Promise(resolve => setTimeout(resolve, 10));
      expect(heard).toEqual([]);
    }
  });

  it("that talks without being asked reaches nobody, and is cut off where it says too much", async () => {
    const tab = openTab();
    tab.hostile.postMessage({ channel: 1, letter: { kind: "found", wallet: uuid, name: "Thief", icon: "" } });
    await new Promise(resolve => setTimeout(resolve, 10));
    const { wallets, isLate } = await find(tab);
    expect({ wallets, isLate }).toEqual({ wallets: [], isLate: false });
    const port = tab.connect();
    let isCut = false;
    port.onDisconnect.addListener(() => {
      isCut = true;
    });
    for (let turn = 0; turn <= walletLimits.messages; turn++)
      tab.hostile.postMessage({ channel: 2, letter: { kind: "changed" } });
    await expect.poll(() => isCut).toBe(true);
  });

  it("cannot forge the answer to a question that was not asked", async () => {
    const tab = openTab();
    tab.announce({ uuid, name: "Rabby", icon: "" }, () => new Promise(() => undefined));
    const wallet = await findOne(tab);
    tab.hostile.postMessage({ channel: 1, letter: { kind: "result", id: 7, value: [alice] } });
    const asking = wallet.requestAccounts();
    tab.hostile.postMessage({ channel: 1, letter: { kind: "result", id: 1, value: ["not an account"] } });
    expect(await code(asking)).toBe("wallet.answer");
  });
});
