import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";
import { mnemonicToAccount } from "viem/accounts";
import { EtherlynkError } from "../../protocol/errors.ts";

export interface DevChainOptions {
  /** 0, or left out: any free port. */
  readonly port?: number;
  /** Where the chain is kept between runs. Left out: it is forgotten when it stops. */
  readonly state?: string;
  /** Throws away what was kept. */
  readonly fresh?: boolean;
  /** Two chains of one test need two. */
  readonly chainId?: number;
  /** Ends the chain; `closed` tells when it has written down its state. */
  readonly signal: AbortSignal;
}

export interface DevChain {
  readonly rpc: string;
  readonly chainId: number;
  readonly accounts: readonly DevAccount[];
  /** Resolves when the program has ended; rejects when it ended by itself. */
  readonly closed: Promise<void>;
}

/** An account of the published test phrase: everybody has its key, so it holds nothing but play money. */
export interface DevAccount {
  readonly account: `0x${string}`;
  readonly privateKey: `0x${string}`;
}

export const devChainId = 31_337;
/** Where `npm start` keeps its chain, seen from the repository's root. */
export const devChainState = ".output/chain/state.json";

const patience = { startMs: 20_000, stopMs: 10_000 };
const accountCount = 10;
const phrase = "test test test test test test test test test test test junk";

/**
 * Starts a local chain: anvil, on loopback, one block for each transaction.
 *
 * @throws DevChainError where this machine has no anvil, or it does not start
 */
export async function startDevChain(options: DevChainOptions): Promise<DevChain> {
  const { state, fresh, signal, chainId = devChainId } = options;
  signal.throwIfAborted();
  const program = findAnvil();
  if (state !== undefined) prepareState(state, fresh ?? false);
  const child = spawn(program, argumentsOf(options, chainId), { stdio: ["ignore", "pipe", "pipe"] });
  const ended = endOf(child);
  // Nothing outlives this process, also when it dies of an error.
  const kill = () => child.kill("SIGTERM");
  process.once("exit", kill);
  const forget = () => process.removeListener("exit", kill);
  void ended.then(forget, forget);
  const port = await firstPort(child, ended, state);
  const closed = closing(child, ended, signal);
  // Who does not look at it is not ended by it.
  closed.catch(() => undefined);
  return { rpc: `http://127.0.0.1:${port}`, chainId, accounts: devAccounts(), closed };
}

export function devAccounts(): readonly DevAccount[] {
  return Array.from({ length: accountCount }, (_, addressIndex) => {
    const key = mnemonicToAccount(phrase, { addressIndex });
    const secret = key.getHdKey().privateKey ?? new Uint8Array();
    return { account: key.address, privateKey: `0x${Buffer.from(secret).toString("hex")}` };
  });
}

function argumentsOf({ port = 0, state }: DevChainOptions, chainId: number): readonly string[] {
  const chain = ["--chain-id", String(chainId), "--mnemonic", phrase, "--accounts", String(accountCount)];
  // Written every few seconds too: a machine that loses its power loses little.
  const kept = state === undefined ? [] : ["--state", state, "--state-interval", "10"];
  return ["--host", "127.0.0.1", "--port", String(port), ...chain, ...kept];
}

function prepareState(state: string, fresh: boolean): void {
  mkdirSync(dirname(state), { recursive: true });
  if (fresh) rmSync(state, { force: true });
}

/** The package of this platform, or a Foundry of the machine's own. */
function findAnvil(): string {
  const named = process.env["ANVIL_PATH"];
  if (named !== undefined && existsSync(named)) return named;
  const platform = `${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`;
  const suffix = process.platform === "win32" ? ".exe" : "";
  const packaged = packagedAnvil(platform, suffix);
  if (packaged !== undefined) return packaged;
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const file = join(folder, `anvil${suffix}`);
    if (folder !== "" && existsSync(file)) return file;
  }
  throw new DevChainError(
    "chain.absent",
    `There is no local chain for this machine (${platform}). Install Foundry, or set ANVIL_PATH to its program anvil.`,
  );
}

function packagedAnvil(platform: string, suffix: string): string | undefined {
  const name = `@foundry-rs/anvil-${platform}/package.json`;
  for (const folder of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    const file = join(folder, dirname(name), "bin", `anvil${suffix}`);
    if (existsSync(file)) return file;
  }
  return undefined;
}

interface End {
  readonly code: number | null;
  /** The last it said. */
  readonly words: string;
}

function endOf(child: ChildProcess): Promise<End> {
  let words = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    words = (words + text).slice(-2_000);
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", code => resolve({ code, words: words.trim() }));
  });
}

/** It says where it listens once it does; what it says later is let go by. */
async function firstPort(child: ChildProcess, ended: Promise<End>, state?: string): Promise<number> {
  const timer = setTimeout(() => child.kill("SIGKILL"), patience.startMs);
  try {
    const heard = await Promise.race([listening(child), ended]);
    if (typeof heard === "number") return heard;
    throw new DevChainError("chain.start", toSentence(heard.words, state));
  } finally {
    clearTimeout(timer);
    child.stdout?.removeAllListeners("data").resume();
  }
}

function listening(child: ChildProcess): Promise<number> {
  let head = "";
  return new Promise(resolve => {
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      head = (head + text).slice(-20_000);
      const port = /Listening on [^\n]*:([0-9]+)\n/.exec(head)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
  });
}

function toSentence(words: string, state: string | undefined): string {
  const reason = /^error:? (.*)$/im.exec(words)?.[1] ?? "it said nothing of why";
  if (/address already in use|addr.*in use/i.test(words)) {
    return "The port of the local chain is taken; choose another.";
  }
  return state === undefined
    ? `The local chain did not start: ${reason}.`
    : `The local chain did not start: ${reason}. What was kept of it may be damaged; --fresh throws it away.`;
}

async function closing(child: ChildProcess, ended: Promise<End>, signal: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = () => {
    // SIGINT is what makes it write its state.
    child.kill("SIGINT");
    timer = setTimeout(() => child.kill("SIGKILL"), patience.stopMs);
  };
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  const { words } = await ended;
  clearTimeout(timer);
  signal.removeEventListener("abort", stop);
  if (signal.aborted) return;
  throw new DevChainError("chain.ended", `The local chain ended by itself. ${words}`.trim());
}

export class DevChainError extends EtherlynkError {}
