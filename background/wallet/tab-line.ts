import {
  type FoundWallet,
  readWalletNews,
  type WalletChange,
  type WalletNews,
  type WalletQuestion,
  walletLimits,
} from "../../protocol/bus/wallet-contract.ts";
import type { WalletWire } from "./wallet.ts";
import { WalletError } from "./wallet-error.ts";

/** The part of `chrome.runtime.Port` that is used. */
export interface TabPort {
  postMessage(message: unknown): void;
  disconnect(): void;
  readonly onMessage: { addListener(listener: (message: unknown) => void): void };
  readonly onDisconnect: { addListener(listener: () => void): void };
}

/** The wallets of one page, over one port to our script in it. */
export interface TabLine {
  found(): readonly FoundWallet[];
  isLate(): boolean;
  /** At once, where it has ended already. */
  ended(listener: () => void): void;
  wire(wallet: string): WalletWire;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface Follower {
  readonly wallet: string;
  readonly tell: (name: WalletChange, value: unknown) => void;
}

interface Heard {
  readonly found: Map<string, FoundWallet>;
  readonly waiting: Map<number, Waiting>;
  readonly followers: Set<Follower>;
  isLate: boolean;
}

export function openTabLine(port: TabPort, signal: AbortSignal): TabLine {
  const heard: Heard = { found: new Map(), waiting: new Map(), followers: new Set(), isLate: false };
  const ends = new Set<() => void>();
  let count = 0;
  let isOver = false;
  const end = () => {
    if (isOver) return;
    isOver = true;
    for (const { reject } of heard.waiting.values()) reject(new WalletError("gone"));
    heard.waiting.clear();
    for (const { tell } of heard.followers) tell("disconnect", null);
    for (const ended of ends) ended();
  };
  const say = (question: WalletQuestion) => port.postMessage(question);

  port.onMessage.addListener(text => {
    const news = readWalletNews(text);
    // What cannot be read is the page's, and not listened to; how much it may say, our script in it counts.
    if (news) hear(heard, news);
  });
  port.onDisconnect.addListener(end);
  signal.addEventListener(
    "abort",
    () => {
      port.disconnect();
      end();
    },
    { once: true },
  );
  say({ kind: "find" });

  return {
    found: () => [...heard.found.values()],
    isLate: () => heard.isLate,
    ended: listener => void (isOver ? listener() : ends.add(listener)),
    wire: wallet => ({
      request: (method, params) =>
        new Promise((resolve, reject) => {
          if (isOver) return reject(new WalletError("gone"));
          const id = ++count;
          heard.waiting.set(id, { resolve, reject });
          say({ kind: "request", id, wallet, method, params });
        }),
      listen: tell => void heard.followers.add({ wallet, tell }),
    }),
  };
}

function hear(heard: Heard, news: WalletNews): void {
  if (news.kind === "late") heard.isLate = true;
  else if (news.kind === "found") find(heard, news);
  else if (news.kind === "changed") change(heard, news);
  else if (news.kind === "result") take(heard, news.id)?.resolve(news.value);
  else if (news.kind === "failed") take(heard, news.id)?.reject(news);
}

/** The first that bears an id keeps it. */
function find({ found }: Heard, news: FoundWallet): void {
  if (found.size < walletLimits.wallets && !found.has(news.wallet)) found.set(news.wallet, news);
}

function change({ followers }: Heard, news: Extract<WalletNews, { kind: "changed" }>): void {
  for (const { wallet, tell } of followers) if (wallet === news.wallet) tell(news.name, news.value);
}

function take({ waiting }: Heard, id: number): Waiting | undefined {
  const asked = waiting.get(id);
  waiting.delete(id);
  return asked;
}
