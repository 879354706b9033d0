import { setTimeout as wait } from "node:timers/promises";
import type { ChainEntry } from "../../protocol/chain/address-book.ts";
import { ChainRpcError } from "../sip/chain-rpc.ts";
import { askClients, askNumbers, NOBODY, type Page, readClients, readNumbers } from "./contracts.ts";
import type { LedgerState } from "./ledger-state.ts";
import type { FollowLimits } from "./limits.ts";
import type { Servers } from "./servers.ts";

export interface LoadConfig {
  readonly entry: ChainEntry;
  readonly state: LedgerState;
  readonly servers: Servers;
  readonly limits: FollowLimits;
  /** Also when this state is thrown away. */
  readonly signal: AbortSignal;
}

/**
 * Pages all numbers and clients into a state that already follows blocks. Each page is of the block that is followed
 * just then: what has changed since the first is known from blocks, and what has not is the same at both.
 */
export async function loadAll(config: LoadConfig): Promise<void> {
  const { entry, state, limits } = config;
  const { numbers, clients } = entry;
  const loads: Promise<void>[] = [];
  if (numbers === undefined) state.numbersLoaded = true;
  else {
    const paged = pageAll(config, limits.numbersPerPage, {
      first: 0,
      async read(first, count) {
        const question = askNumbers(numbers, first, count)(state.head.number);
        const page = readNumbers(await config.servers.ask(question), count);
        for (const { id, owner } of page.items) state.addNumber(id, owner);
        return page;
      },
      hasRoom: () => state.numbers.size < limits.mostNumbers,
    });
    loads.push(
      paged.then(isWhole => {
        state.numbersLoaded = isWhole;
      }),
    );
  }
  if (clients === undefined) state.clientsLoaded = true;
  else {
    const paged = pageAll(config, limits.clientsPerPage, {
      first: NOBODY as `0x${string}`,
      async read(first, count) {
        const question = askClients(clients, first, count)(state.head.number);
        const page = readClients(await config.servers.ask(question), count);
        for (const row of page.items) state.addClient(row);
        return page;
      },
      hasRoom: () => state.clients.size < limits.mostClients,
    });
    loads.push(
      paged.then(isWhole => {
        state.clientsLoaded = isWhole;
      }),
    );
  }
  await Promise.all(loads);
}

interface Paging<Next> {
  readonly first: Next;
  read(first: Next, count: number): Promise<Page<unknown, Next>>;
  hasRoom(): boolean;
}

/** False: there are more than may be remembered. */
async function pageAll<Next>(
  { limits, signal }: LoadConfig,
  most: number,
  { first, read, hasRoom }: Paging<Next>,
): Promise<boolean> {
  let next: Next | undefined = first;
  let count = most;
  let waitMs = limits.pollMs;
  while (next !== undefined && hasRoom()) {
    signal.throwIfAborted();
    try {
      const page: Page<unknown, Next> = await read(next, count);
      // A page that begins where nothing is any more: a reorg took it. From the youngest again.
      next = page.items.length === 0 && next !== first ? first : page.next;
      waitMs = limits.pollMs;
    } catch (error) {
      if (!(error instanceof ChainRpcError)) throw error;
      signal.throwIfAborted();
      // Perhaps it was too much at once; when even little is too much, the server is not well.
      if (count > limits.leastPerPage) count = Math.max(Math.floor(count / 2), limits.leastPerPage);
      else {
        await wait(waitMs, undefined, { signal });
        waitMs = Math.min(waitMs * 2, limits.longestWaitMs);
        count = most;
      }
    }
  }
  return next === undefined;
}
