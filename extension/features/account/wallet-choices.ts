import type { Clock } from "../../../background/base/clock.ts";
import {
  type ExternalWallet,
  metamaskIds,
  openExternal,
  probeExternal,
} from "../../../background/wallet/metamask-wallet.ts";
import { findPageWallets, type WalletPage } from "../../../background/wallet/page-wallet.ts";
import type { Wallet, WalletAbout } from "../../../background/wallet/wallet.ts";
import { walletPort } from "../../../protocol/bus/wallet-contract.ts";

declare const __ETHERLYNK_WALLETS__: readonly ExternalWallet[];

/** One wallet that can be picked. Nothing is asked of it before. */
export interface WalletChoice {
  readonly key: string;
  readonly about: WalletAbout;
  open(signal: AbortSignal): Promise<Wallet>;
}

export interface WalletChoices {
  readonly choices: readonly WalletChoice[];
  /** Pages that have to be reloaded before their wallets can be reached. */
  readonly late: readonly string[];
}

export interface ChoiceParts {
  readonly api: typeof chrome;
  readonly isFirefox: boolean;
  readonly after: Clock["after"];
  readonly signal: AbortSignal;
}

/** Pages that are looked into, those that were looked at last first. */
const mostPages = 12;

/** Looks for wallets that are extensions themselves, and for those of pages that are open and switched on. */
export async function findWallets(parts: ChoiceParts): Promise<WalletChoices> {
  const known = [...metamaskIds(parts.isFirefox), ...__ETHERLYNK_WALLETS__];
  const [external, inPages] = await Promise.all([
    Promise.all(known.map(wallet => findExternal(wallet, parts))),
    findInPages(parts),
  ]);
  return { choices: [...external.flat(), ...inPages.choices], late: inPages.late };
}

async function findExternal(wallet: ExternalWallet, parts: ChoiceParts): Promise<WalletChoice[]> {
  const { api, after } = parts;
  const about = await probeExternal(wallet, { ...parts, runtime: api.runtime });
  if (!about) return [];
  return [{ key: wallet.id, about, open: signal => openExternal(wallet.id, about, { after, signal }) }];
}

async function findInPages(parts: ChoiceParts): Promise<WalletChoices> {
  const { api, after, signal } = parts;
  const connect = (tab: number) => {
    const port = api.tabs.connect(tab, { name: walletPort, frameId: 0 });
    // Reading it is what keeps the browser from reporting it: a page may have gone meanwhile.
    port.onDisconnect.addListener(() => void api.runtime.lastError);
    return port;
  };
  const pages = await listPages(api);
  const found = await Promise.all(pages.map(page => findPageWallets(page, { connect, after, signal })));
  const choices = found.flatMap(({ page, wallets }) =>
    wallets.map((wallet, place) => ({
      key: `${page.tab}/${place}`,
      about: wallet.about,
      open: async () => wallet,
    })),
  );
  return { choices, late: found.filter(({ isLate }) => isLate).map(({ page }) => page.origin) };
}

async function listPages(api: typeof chrome): Promise<WalletPage[]> {
  const { origins = [] } = await api.permissions.getAll();
  const patterns = origins.filter(origin => /^(\*|https?):\/\//.test(origin));
  if (patterns.length === 0) return [];
  const tabs = await api.tabs.query({ url: patterns, discarded: false });
  return tabs
    .sort((a, b) => (b.lastAccessed ?? 0) - (a.lastAccessed ?? 0))
    .slice(0, mostPages)
    .flatMap(({ id, url }) => (id === undefined || !url ? [] : [{ tab: id, origin: new URL(url).origin }]));
}
