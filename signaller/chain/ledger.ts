import type { ChainEntry } from "../../protocol/chain/address-book.ts";
import type { Log } from "../log.ts";
import { type ChainQuestion, ChainRpcError } from "../sip/chain-rpc.ts";
import { type ChainChange, createChangeGatherer } from "./change.ts";
import { type Client, type Home, unwritten } from "./client-table.ts";
import { askLookups, askNumber, askOwner, readLookups, readNumber, readOwner } from "./contracts.ts";
import { askHead, followTo } from "./follow.ts";
import { createLedgerState, type LedgerState } from "./ledger-state.ts";
import type { FollowLimits } from "./limits.ts";
import { loadAll } from "./load.ts";
import type { Maybe } from "./maybe.ts";
import { type NextLook, startNextLook } from "./next-look.ts";
import { createQuestions } from "./questions.ts";
import { createServers } from "./servers.ts";

/** One chain as a node knows it: loaded at start, kept up block by block. Whatever is missing is asked for singly. */
export interface Ledger {
  readonly entry: ChainEntry;
  /**
   * Who owns a number, in lower case.
   *
   * @throws ChainRpcError (as a rejection) where it had to be asked, and the chain did not answer
   */
  ownerOf(id: number): Maybe<string | undefined>;
  clientOf(account: string): Maybe<Client>;
  /**
   * Whether a number came to this account lately, and before this node looked on: after a restart it has not seen the
   * sale. The chain is asked for it, as long as there can be such a one.
   *
   * @throws ChainRpcError (as a rejection)
   */
  cameLately(id: number, account: string): Maybe<boolean>;
  /** Where it is known without asking. */
  knownOwner(id: number): string | undefined;
  knownClient(account: string): Client | undefined;
  homesAt(domain: string): readonly Home[];
  ask(question: ChainQuestion): Promise<unknown>;
  start(): void;
  figures(): LedgerFigures;
}

export interface LedgerFigures {
  readonly head: number;
  readonly numbers: number;
  readonly clients: number;
  readonly isLoaded: boolean;
  /** A server tells of new blocks by itself. */
  readonly isTold: boolean;
  /** Seconds since the chain was last seen to be as it is known here. */
  readonly silentSeconds: number;
  /** How old the newest block is, by the clocks of its maker and of this machine. */
  readonly headAgeSeconds: number;
  readonly blocks: number;
  readonly undone: number;
  readonly loads: number;
  readonly questions: number;
  readonly failures: number;
}

export interface LedgerConfig {
  readonly entry: ChainEntry;
  readonly limits: FollowLimits;
  readonly log: Log;
  readonly signal: AbortSignal;
  onChange(change: ChainChange): void;
}

export function createLedger(config: LedgerConfig): Ledger {
  const { entry, limits, signal } = config;
  const servers = createServers({ chainId: entry.id, urls: entry.rpcs, limits, signal });
  const following = new Following(config, servers);
  const questions = createQuestions(limits.mostQuestions);
  const knownClient = (account: string) => {
    const { state } = following;
    return state?.clients.get(account) ?? (state?.clientsLoaded ? unwritten : undefined);
  };
  return {
    entry,
    knownOwner: id => following.state?.numbers.ownerOf(id),
    ownerOf(id) {
      following.lookSoon();
      const { numbers } = entry;
      const { state } = following;
      if (state?.numbers.has(id)) return state.numbers.ownerOf(id);
      if (numbers === undefined || state?.numbersLoaded) return undefined;
      return questions.ask(`n${id}`, async () =>
        readOwner(await servers.ask(askOwner(numbers, id)("latest"))),
      );
    },
    clientOf(account) {
      const { clients } = entry;
      const known = knownClient(account);
      if (known !== undefined || clients === undefined) return known ?? unwritten;
      return questions.ask(`c${account}`, async () => {
        const answer = await servers.ask(askLookups(clients, [account as `0x${string}`])("latest"));
        return readLookups(answer, 1)[0]?.[1] ?? unwritten;
      });
    },
    cameLately(id, account) {
      const { state } = following;
      const { numbers } = entry;
      if (numbers === undefined || state?.numbers.ownerOf(id) !== account) return false;
      const { since } = state;
      const latest = state.head.time - limits.latelySeconds;
      if (since < latest) return false;
      return questions.ask(`s${id}`, async () => {
        const answer = await servers.ask(askNumber(numbers, id)("latest"));
        const { owner, epoch, changedAt } = readNumber(answer);
        return owner === account && epoch > 1 && changedAt <= since && changedAt >= latest;
      });
    },
    knownClient,
    homesAt: domain => following.state?.clients.homesAt(domain) ?? [],
    ask: question => servers.ask(question),
    start: () => void following.run(),
    figures: () => ({ ...following.figures(), ...servers.counts }),
  };
}

/** The loop that looks for new blocks, and what it keeps. Ends with its signal and for no other reason. */
class Following {
  state: LedgerState | undefined;
  readonly #config: LedgerConfig;
  readonly #servers: ReturnType<typeof createServers>;
  readonly #changes: ReturnType<typeof createChangeGatherer>;
  #looks: NextLook | undefined;
  #life: AbortController | undefined;
  #seenAt = performance.now();
  #isSilent = false;
  #blocks = 0;
  #undone = 0;
  #loads = 0;

  constructor(config: LedgerConfig, servers: ReturnType<typeof createServers>) {
    this.#config = config;
    this.#servers = servers;
    this.#changes = createChangeGatherer(config.entry.id);
  }

  /** Somebody wants to know whose a number is. */
  lookSoon(): void {
    this.#looks?.soon();
  }

  figures() {
    const { state } = this;
    return {
      head: state?.head.number ?? 0,
      numbers: state?.numbers.size ?? 0,
      clients: state?.clients.size ?? 0,
      isLoaded: (state?.numbersLoaded && state.clientsLoaded) ?? false,
      isTold: this.#looks?.isTold ?? false,
      silentSeconds: Math.round((performance.now() - this.#seenAt) / 1_000),
      headAgeSeconds: state === undefined ? 0 : Math.round(Date.now() / 1_000 - state.head.time),
      blocks: this.#blocks,
      undone: this.#undone,
      loads: this.#loads,
    };
  }

  async run(): Promise<void> {
    const { limits, signal, log, entry } = this.#config;
    const looks = startNextLook({ urls: entry.rpcs, limits, signal, log });
    this.#looks = looks;
    while (!signal.aborted) {
      const found = await this.#look().catch((error: unknown) => {
        if (!signal.aborted) this.#tellFailure(error);
        return undefined;
      });
      await (found === undefined ? looks.afterFailing() : looks.afterFinding(found));
    }
    log("debug", "chain.stopped", { chain: entry.id });
  }

  /** @returns how many blocks it has found */
  async #look(): Promise<number> {
    const { entry, limits, log } = this.#config;
    const from = { entry, servers: this.#servers };
    const head = await askHead(from);
    const before = this.state?.head.number ?? head.number;
    if (Date.now() / 1_000 - head.time > limits.staleSeconds && entry.rpcs.length > 1) this.#servers.doubt();
    try {
      if (this.state === undefined) this.#begin(head);
      else if ((await followTo(from, { state: this.state, head, most: limits.keptBlocks })) === "lost") {
        log("warn", "chain.lost", { chain: entry.id, head: head.number });
        this.#begin(head);
      }
    } finally {
      this.#tellChange(before);
    }
    this.#seenAt = performance.now();
    if (this.#isSilent) log("info", "chain.answers", { chain: entry.id, head: head.number });
    this.#isSilent = false;
    return head.number - before;
  }

  /** Whatever was known is thrown away; until all is loaded again, each number and account is asked for. */
  #begin(head: LedgerState["head"]): void {
    const { entry, limits, log, signal } = this.#config;
    this.#life?.abort();
    this.#life = new AbortController();
    this.#loads++;
    const state = createLedgerState(head, this.#changes, limits);
    this.state = state;
    const begun = performance.now();
    const life = AbortSignal.any([signal, this.#life.signal]);
    loadAll({ entry, state, servers: this.#servers, limits, signal: life })
      .then(() => {
        const [numbers, clients] = [state.numbers.size, state.clients.size];
        const isWhole = state.numbersLoaded && state.clientsLoaded;
        const ms = Math.round(performance.now() - begun);
        log(isWhole ? "info" : "warn", isWhole ? "chain.loaded" : "chain.full", {
          ...{ chain: entry.id, block: state.head.number, numbers, clients, ms },
        });
        this.#changes.touchAll();
        this.#tellChange(state.head.number);
      })
      .catch((error: unknown) => {
        if (!life.aborted) this.#tellFailure(error);
      });
  }

  #tellChange(before: number): void {
    const now = this.state?.head.number ?? before;
    if (now > before) this.#blocks += now - before;
    const change = this.#changes.take();
    if (change === undefined) return;
    for (const { isUndone } of change.numbers.values()) if (isUndone) this.#undone++;
    this.#config.onChange(change);
  }

  /** Once, when it begins: a chain that is silent for an hour is one line. */
  #tellFailure(error: unknown): void {
    const { log, entry } = this.#config;
    if (!(error instanceof ChainRpcError)) {
      // A defect of ours: told, and the next look begins anew from the chain.
      log("error", "chain.bug", { stack: error instanceof Error ? error.stack : String(error) });
      this.state = undefined;
      return;
    }
    if (!this.#isSilent) {
      log("warn", "chain.silent", { chain: entry.id, code: error.code, reason: error.message });
    }
    this.#isSilent = true;
  }
}
