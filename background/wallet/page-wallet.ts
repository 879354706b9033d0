import type { Clock } from "../base/clock.ts";
import { openTabLine, type TabPort } from "./tab-line.ts";
import { createWallet, type Wallet } from "./wallet.ts";

/** An open page that was switched on. */
export interface WalletPage {
  readonly tab: number;
  /** As the browser knows it. */
  readonly origin: string;
}

export interface PageWalletParts {
  readonly connect: (tab: number) => TabPort;
  readonly after: Clock["after"];
  readonly signal: AbortSignal;
}

export interface PageWalletsFound {
  readonly page: WalletPage;
  readonly wallets: readonly Wallet[];
  /** The page has to be reloaded before its wallets can be reached. */
  readonly isLate: boolean;
}

/** Wallets announce themselves within the event that asks; what a busy page does later is given this long. */
const announceMs = 300;

/**
 * Finds the wallets of one page, and keeps the port while the signal lasts. It ends with the page: after a
 * navigation whatever was asked there is gone.
 */
export async function findPageWallets(page: WalletPage, parts: PageWalletParts): Promise<PageWalletsFound> {
  const { after, signal } = parts;
  const line = openTabLine(parts.connect(page.tab), signal);
  const isLate = await new Promise<boolean>(resolve => {
    const stop = after(announceMs, () => resolve(line.isLate()));
    line.ended(() => {
      stop();
      resolve(line.isLate());
    });
  });
  const wallets = line.found().map(({ wallet, name, icon }) =>
    createWallet({
      about: { name, icon, shownOrigin: page.origin, way: "page" },
      wire: line.wire(wallet),
      after,
      signal,
    }),
  );
  return { page, wallets, isLate };
}
