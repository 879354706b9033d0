import { EtherlynkError } from "../../protocol/errors.ts";

const sentences = {
  missing:
    "No wallet was found. Install one, or open a page in which your wallet works and switch Etherlynk on there.",
  late: "Etherlynk was switched on in that page after it was loaded. Reload the page, then look again.",
  locked: "The wallet is locked, or shows no account to Etherlynk. Unlock it, then try again.",
  refused: "You said no in the wallet. Nothing was signed; try again whenever you like.",
  account: "The wallet may not use this account here. Choose the account in the wallet, then try again.",
  changed: "The account or the chain was changed in the wallet meanwhile. Try again.",
  pending: "The wallet still waits for your answer to an earlier question. Open it and answer there.",
  timeout: "The wallet did not answer in time. Open it, close what it still asks, then try again.",
  gone: "The connection to the wallet was lost. Try again; if it was a page's wallet, reload that page.",
  chain:
    "The wallet does not know the chain that this home uses. Add the chain in the wallet, then try again.",
  method: "This wallet cannot do what is needed here. Use another wallet.",
  answer: "The wallet gave an answer that makes no sense. Try again, or use another wallet.",
  busy: "Too much is asked of the wallet at once. Answer in the wallet first.",
  failed: "The wallet failed.",
} as const;

export type WalletFailure = keyof typeof sentences;

/** A wallet did not do what it was asked; `wallet.refused` is a person's own choice. */
export class WalletError extends EtherlynkError {
  readonly why: WalletFailure;

  constructor(why: WalletFailure, options: { readonly cause?: unknown; readonly said?: string } = {}) {
    const said = options.said ? ` It says: “${options.said}”` : "";
    super(`wallet.${why}`, `${sentences[why]}${said}`, { cause: options.cause });
    this.why = why;
  }
}

/** The numbers of EIP-1193, EIP-1474, EIP-3326, and those that wallets use beside them. */
const failures: Readonly<Record<number, WalletFailure>> = {
  4001: "refused",
  4100: "account",
  4200: "method",
  4900: "gone",
  4901: "gone",
  4902: "chain",
  1013: "gone",
  [-32_001]: "gone",
  [-32_002]: "pending",
  [-32_601]: "method",
};

const sentenceLength = 300;

/** What a provider threw: anything at all. */
export function toWalletError(error: unknown): WalletError {
  if (error instanceof WalletError) return error;
  const { code, message } = (typeof error === "object" && error !== null ? error : {}) as {
    readonly code?: unknown;
    readonly message?: unknown;
  };
  const why = failures[Number(code)];
  if (why) return new WalletError(why, { cause: error });
  const said =
    typeof message === "string" ? message.replace(/[\p{Cc}\p{Cf}]/gu, " ").slice(0, sentenceLength) : "";
  return new WalletError("failed", { cause: error, said });
}
