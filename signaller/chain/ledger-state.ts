import type { Block, BlockChanges, Move } from "./blocks.ts";
import type { ChangeGatherer } from "./change.ts";
import { type ClientTable, createClientTable } from "./client-table.ts";
import { type ClientRow, toAccount } from "./contracts.ts";
import type { FollowLimits } from "./limits.ts";
import { createNumberTable, type NumberTable } from "./number-table.ts";

/** What a node knows of a chain: a cache, as of its head, with the way back of the last blocks. */
export interface LedgerState {
  readonly numbers: NumberTable;
  readonly clients: ClientTable;
  readonly head: Block;
  /** When this began to follow blocks, by the time of the first: what happened before was not seen. */
  readonly since: number;
  /** Whether all is known up to the head; until then what is not here may still be on the chain. */
  numbersLoaded: boolean;
  clientsLoaded: boolean;
  /** Accounts that were changed by a block which is no more: they have to be read again. */
  readonly doubted: ReadonlySet<string>;
  /** The hash of a block that was followed and is kept. */
  hashOf(number: number): string | undefined;
  apply(block: Block, changes: BlockChanges, clients: readonly ClientRow[]): void;
  /** Takes the newest block back; false where nothing is kept below it. */
  undo(): boolean;
  /** What was loaded, unless a block has said something newer. */
  addNumber(id: number, owner: Buffer): void;
  addClient(row: ClientRow): void;
}

interface Kept {
  readonly block: Block;
  readonly moves: readonly Move[];
  readonly accounts: readonly string[];
}

export function createLedgerState(first: Block, changes: ChangeGatherer, limits: FollowLimits): LedgerState {
  const numbers = createNumberTable();
  const clients = createClientTable();
  const kept: Kept[] = [{ block: first, moves: [], accounts: [] }];
  const doubted = new Set<string>();

  function give({ id, from, to }: Move, isUndone: boolean): void {
    if (numbers.has(id) || numbers.size < limits.mostNumbers) numbers.set(id, to);
    changes.move(id, { from: toAccount(from), to: toAccount(to), isUndone });
  }

  return {
    ...{ numbers, clients, doubted, since: first.time },
    numbersLoaded: false,
    clientsLoaded: false,
    get head() {
      return kept.at(-1)?.block ?? first;
    },
    hashOf: number => kept[number - (kept[0]?.block.number ?? number)]?.block.hash,
    apply(block, { moves, accounts }, rows) {
      for (const move of moves) give(move, false);
      for (const [account, client] of rows) {
        doubted.delete(account);
        if (clients.get(account) !== undefined || clients.size < limits.mostClients) {
          clients.set(account, client);
        }
        changes.touch(account);
      }
      kept.push({ block, moves, accounts });
      if (kept.length > limits.keptBlocks) kept.shift();
    },
    undo() {
      const last = kept.length > 1 ? kept.pop() : undefined;
      if (last === undefined) return false;
      for (const { id, from, to } of last.moves.toReversed()) give({ id, from: to, to: from }, true);
      for (const account of last.accounts) doubted.add(account);
      return true;
    },
    addNumber(id, owner) {
      if (!numbers.has(id)) numbers.set(id, owner);
    },
    addClient([account, client]) {
      if (clients.get(account) === undefined) clients.set(account, client);
    },
  };
}
