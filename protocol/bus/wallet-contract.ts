import { hasOnly, isPlain, isRecord, type Plain, type PlainLimits } from "./plain.ts";

/** The name of the port from a page of the extension to our script in a tab. */
export const walletPort = "etherlynk.wallet";

/** All that Etherlynk ever asks a wallet; nothing else passes, whoever asks. */
export const walletMethods = [
  "eth_requestAccounts",
  "eth_accounts",
  "eth_chainId",
  "eth_signTypedData_v4",
  "eth_sendTransaction",
  "wallet_switchEthereumChain",
] as const;

export type WalletMethod = (typeof walletMethods)[number];

export const walletLimits = {
  /** JSON of one message: an icon at its longest, or typed data with the longest of contexts. */
  characters: 65_536,
  /** What one page may say on one port before it is cut off: announcements, answers, changes. */
  messages: 1_000,
  /** Announced in one page. */
  wallets: 16,
  nameLength: 64,
  iconLength: 49_152,
  sentenceLength: 300,
} as const;

/** From a page of the extension to the page in the tab. `find` is answered by as many `found` as there are wallets. */
export type WalletQuestion =
  | { readonly kind: "find" }
  | {
      readonly kind: "request";
      readonly id: number;
      /** The wallet's uuid (EIP-6963). */
      readonly wallet: string;
      readonly method: WalletMethod;
      readonly params: readonly Plain[];
    };

export type WalletChange = "accountsChanged" | "chainChanged" | "disconnect";

/** What comes back: the page's word, every field of it. */
export type WalletNews =
  | { readonly kind: "ready" }
  /** Our script came after the page's own: wallets can be asked after a reload. */
  | { readonly kind: "late" }
  | ({ readonly kind: "found" } & FoundWallet)
  | { readonly kind: "result"; readonly id: number; readonly value: Plain }
  | { readonly kind: "failed"; readonly id: number; readonly code: number; readonly message: string }
  | {
      readonly kind: "changed";
      readonly wallet: string;
      readonly name: WalletChange;
      readonly value: Plain;
    };

export interface FoundWallet {
  readonly wallet: string;
  readonly name: string;
  /** A picture as `data:`; empty where it was none that may be shown. */
  readonly icon: string;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const ICON = /^data:image\/(png|jpeg|webp|gif|svg\+xml)[;,]/i;
// Control and format characters: what would turn the writing round, or hide in it.
const UNSEEN = /[\p{Cc}\p{Cf}]/gu;
const CHANGES: ReadonlySet<unknown> = new Set<WalletChange>([
  "accountsChanged",
  "chainChanged",
  "disconnect",
]);
const plainLimits = {
  characters: walletLimits.characters,
  values: 1_000,
  depth: 8,
} as const satisfies PlainLimits;

export function isWalletMethod(value: unknown): value is WalletMethod {
  return (walletMethods as readonly unknown[]).includes(value);
}

/**
 * Reads what a page said on the port: JSON, of which nothing is believed.
 *
 * @example
 * readWalletNews('{"kind":"ready"}') // { kind: "ready" }
 */
export function readWalletNews(text: unknown): WalletNews | undefined {
  if (typeof text !== "string" || text.length > walletLimits.characters) return undefined;
  const value = parseJson(text);
  if (!isPlain(value, plainLimits) || !isRecord(value)) return undefined;
  switch (value["kind"]) {
    case "ready":
    case "late":
      return hasOnly(value, ["kind"]) ? { kind: value["kind"] } : undefined;
    case "found":
      return readFound(value);
    case "result":
      return isId(value["id"])
        ? { kind: "result", id: value["id"], value: value["value"] as Plain }
        : undefined;
    case "failed":
      return readFailed(value);
    case "changed":
      return readChanged(value);
    default:
      return undefined;
  }
}

function readFound({ wallet, name, icon }: Readonly<Record<string, unknown>>): WalletNews | undefined {
  if (!isUuid(wallet) || typeof name !== "string") return undefined;
  const shown = name.replace(UNSEEN, "").trim().slice(0, walletLimits.nameLength);
  if (!shown) return undefined;
  return { kind: "found", wallet, name: shown, icon: readIcon(icon) };
}

/** As an image's source it can draw, and nothing else: no script within it runs. */
function readIcon(icon: unknown): string {
  return typeof icon === "string" && icon.length <= walletLimits.iconLength && ICON.test(icon) ? icon : "";
}

function readFailed({ id, code, message }: Readonly<Record<string, unknown>>): WalletNews | undefined {
  if (!isId(id)) return undefined;
  const sentence = typeof message === "string" ? message.slice(0, walletLimits.sentenceLength) : "";
  return { kind: "failed", id, code: Number.isSafeInteger(code) ? Number(code) : -32_603, message: sentence };
}

function readChanged({ wallet, name, value }: Readonly<Record<string, unknown>>): WalletNews | undefined {
  if (!isUuid(wallet) || !CHANGES.has(name)) return undefined;
  return { kind: "changed", wallet, name: name as WalletChange, value: value as Plain };
}

function isUuid(value: unknown): value is string {
  return typeof value === "string" && UUID.test(value);
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Whoever wrote it wrote no JSON.
    return undefined;
  }
}
