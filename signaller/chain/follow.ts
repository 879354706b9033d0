import type { ChainEntry } from "../../protocol/chain/address-book.ts";
import { askBlock, askLogs, type Block, readBlock, readLogs } from "./blocks.ts";
import { askLookups, type ClientRow, readLookups } from "./contracts.ts";
import type { LedgerState } from "./ledger-state.ts";
import { malformed } from "./read-words.ts";
import type { Servers } from "./servers.ts";

/** Accounts of one question: what a server carries. A block of more has them read in turns. */
const ACCOUNTS_AT_ONCE = 100;

export interface FollowConfig {
  readonly entry: ChainEntry;
  readonly servers: Servers;
}

/** `lost`: the chain went on too far, or back too far; all is to be loaded anew. */
export type Followed = "same" | "moved" | "lost";

export async function askHead({ servers }: FollowConfig): Promise<Block> {
  const head = readBlock(await servers.ask(askBlock("latest")));
  if (head === undefined) throw malformed();
  return head;
}

/**
 * Brings a state to a head that was just seen: takes back what is no more (by the parents' hashes), then block by
 * block what is new. After an error it goes on from where it was.
 */
export async function followTo(
  config: FollowConfig,
  { state, head, most }: { state: LedgerState; head: Block; most: number },
): Promise<Followed> {
  if (head.hash === state.head.hash) return "same";
  // A server that lags behind: it has nothing new to say.
  if (head.number <= state.head.number && state.hashOf(head.number) === head.hash) return "same";
  if (head.number > state.head.number + most) return "lost";
  while (state.head.number >= head.number) if (!state.undo()) return "lost";
  while (state.head.hash !== head.hash) {
    const block = await nextBlock(config, state, head);
    // The head was of a chain that is no more, or the server does not know yet: the next look will tell.
    if (block === undefined) return "moved";
    if (block.parentHash === state.head.hash) await applyBlock(config, state, block);
    else if (!state.undo()) return "lost";
  }
  return "moved";
}

async function nextBlock(
  { servers }: FollowConfig,
  state: LedgerState,
  head: Block,
): Promise<Block | undefined> {
  const number = state.head.number + 1;
  if (number === head.number) return head;
  const block = readBlock(await servers.ask(askBlock(number)));
  return block?.number === number ? block : undefined;
}

async function applyBlock({ entry, servers }: FollowConfig, state: LedgerState, block: Block) {
  const contracts = [entry.numbers, entry.clients].filter(it => it !== undefined);
  if (contracts.length === 0) {
    state.apply(block, { moves: [], accounts: [] }, []);
    return;
  }
  const changes = readLogs(await servers.ask(askLogs(block, contracts)), entry.numbers);
  const accounts = [...new Set([...changes.accounts, ...state.doubted])];
  const rows: ClientRow[] = [];
  for (let at = 0; at < accounts.length && entry.clients !== undefined; at += ACCOUNTS_AT_ONCE) {
    const some = accounts.slice(at, at + ACCOUNTS_AT_ONCE) as `0x${string}`[];
    const answer = await servers.ask(askLookups(entry.clients, some)(block.number));
    const found = readLookups(answer, some.length);
    // An account that never wrote is answered without its address; the order is the question's.
    if (found.length !== some.length) throw malformed();
    rows.push(...found.map(([, client], i): ClientRow => [some[i] ?? "", client]));
  }
  state.apply(block, changes, rows);
}
