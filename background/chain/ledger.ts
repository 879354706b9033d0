import { isRecord } from "../../protocol/bus/plain.ts";
import { type AccountText, AddressError, parseAccount } from "../../protocol/number/address.ts";
import { ChainError, type Hex } from "./chain.ts";
import { createJsonRpc, isHex, type JsonRpc, malformed, RpcRefusal, toQuantity } from "./json-rpc.ts";
import { chainLimits } from "./limits.ts";

/** What a chain's servers know beside its state: transactions, what became of them, events, and money. */
export interface Ledger {
  readonly chainId: number;
  /** Nothing where no block holds the transaction. */
  receipt(hash: Hex, signal?: AbortSignal): Promise<Receipt | undefined>;
  /** Nothing where the server has never heard of it, or has dropped it. */
  transaction(hash: Hex, signal?: AbortSignal): Promise<SentTransaction | undefined>;
  transactionsOf(block: bigint, signal?: AbortSignal): Promise<readonly SentTransaction[]>;
  /** How many transactions of the account are in blocks: the number that its next one has. */
  countOf(account: AccountText, block: bigint | "latest", signal?: AbortSignal): Promise<number>;
  balanceOf(account: AccountText, signal?: AbortSignal): Promise<bigint>;
  gasPrice(signal?: AbortSignal): Promise<bigint>;
  estimateGas(call: WishedCall, signal?: AbortSignal): Promise<GasEstimate>;
  logs(filter: LogFilter, signal?: AbortSignal): Promise<readonly ChainEvent[]>;
  /** Seconds since 1970, as the block says. */
  timeOf(block: bigint, signal?: AbortSignal): Promise<number>;
  newest(signal?: AbortSignal): Promise<bigint>;
}

export interface Receipt {
  readonly block: bigint;
  readonly isSuccess: boolean;
}

export interface SentTransaction {
  readonly hash: Hex;
  readonly from: AccountText;
  readonly to: AccountText | undefined;
  readonly nonce: number;
  readonly data: Hex;
  readonly value: bigint;
}

export interface WishedCall {
  readonly from: AccountText;
  readonly to: AccountText;
  readonly data: Hex;
  readonly value: bigint;
}

export type GasEstimate =
  | { readonly kind: "gas"; readonly gas: bigint }
  /** It would fail; what the contract said, where it said anything. */
  | { readonly kind: "reverts"; readonly data: Hex | undefined };

export interface LogFilter {
  readonly address: AccountText;
  readonly topics: readonly (Hex | readonly Hex[] | null)[];
  readonly from: bigint;
}

export interface ChainEvent {
  readonly topics: readonly Hex[];
  readonly data: Hex;
  readonly block: bigint;
  readonly index: number;
  readonly transaction: Hex;
}

const mostEvents = 2_000;
const mostTransactions = 5_000;

/**
 * The ledger behind the chain's servers, asked in their order until one answers; who did not is asked last from then on. What they say is one server's word:
 * it tells how a transaction of one's own is doing; who owns what is read by lenses.
 */
export function createLedger(chainId: number, urls: readonly string[]): Ledger {
  const ask = createAsk(chainId, urls);
  return {
    chainId,
    receipt: async (hash, signal) => readReceipt(await ask("eth_getTransactionReceipt", [hash], signal)),
    transaction: async (hash, signal) =>
      readTransaction(await ask("eth_getTransactionByHash", [hash], signal)),
    async transactionsOf(block, signal) {
      const answer = await ask("eth_getBlockByNumber", [toHex(block), true], signal);
      const list = isRecord(answer) ? answer["transactions"] : undefined;
      if (!Array.isArray(list) || list.length > mostTransactions) throw malformed();
      return list.map(readTransaction).filter(one => one !== undefined);
    },
    countOf: async (account, block, signal) =>
      Number(toQuantity(await ask("eth_getTransactionCount", [account, toBlock(block)], signal))),
    balanceOf: async (account, signal) =>
      toQuantity(await ask("eth_getBalance", [account, "latest"], signal)),
    gasPrice: async signal => toQuantity(await ask("eth_gasPrice", [], signal)),
    async estimateGas({ value, ...call }, signal) {
      try {
        const gas = await ask("eth_estimateGas", [{ ...call, value: toHex(value) }], signal);
        return { kind: "gas", gas: toQuantity(gas) };
      } catch (error) {
        if (isVerdict(error)) return { kind: "reverts", data: refusalOf(error)?.data };
        throw error;
      }
    },
    async logs({ address, topics, from }, signal) {
      const filter = { address, topics, fromBlock: toHex(from), toBlock: "latest" };
      const answer = await ask("eth_getLogs", [filter], signal);
      if (!Array.isArray(answer)) throw malformed();
      return answer.slice(-mostEvents).map(readEvent);
    },
    async timeOf(block, signal) {
      const answer = await ask("eth_getBlockByNumber", [toHex(block), false], signal);
      if (!isRecord(answer)) throw malformed();
      return Number(toQuantity(answer["timestamp"]));
    },
    newest: async signal => toQuantity(await ask("eth_blockNumber", [], signal)),
  };
}

type Ask = (method: string, params: readonly unknown[], signal?: AbortSignal) => Promise<unknown>;

function createAsk(chainId: number, urls: readonly string[]): Ask {
  let servers = urls.slice(0, chainLimits.mostServers).map(url => createChecked(createJsonRpc(url), chainId));
  return async (method, params, signal) => {
    let failure = new ChainError(
      "chain.none",
      "No server of this chain is configured; add one in the settings.",
    );
    for (const server of servers) {
      try {
        return await server.ask({ method, params }, signal);
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof ChainError) || isVerdict(error)) throw error;
        failure = error;
        // What one server turns away, such as a long search, is no reason to like it less.
        if (error.code !== "chain.refused") servers = [...servers.filter(it => it !== server), server];
      }
    }
    throw failure;
  };
}

/** The server, held to the chain's id by one question before its first. */
function createChecked(rpc: JsonRpc, chainId: number): Pick<JsonRpc, "ask"> {
  let isRight = false;
  return {
    async ask(request, signal) {
      if (!isRight) {
        const id = toQuantity(await rpc.ask({ method: "eth_chainId", params: [] }, signal));
        if (id !== BigInt(chainId)) {
          throw new ChainError(
            "chain.wrong",
            `This server is of chain ${id} and not of ${chainId}; check its address.`,
          );
        }
        isRight = true;
      }
      return rpc.ask(request, signal);
    },
  };
}

/** That a call would revert is an answer, and no reason to ask the next server. */
function isVerdict(error: unknown): boolean {
  const refusal = refusalOf(error);
  return refusal !== undefined && (refusal.data !== undefined || /revert/i.test(refusal.message));
}

function refusalOf(error: unknown): RpcRefusal | undefined {
  return error instanceof ChainError && error.cause instanceof RpcRefusal ? error.cause : undefined;
}

function readReceipt(answer: unknown): Receipt | undefined {
  if (answer === null) return undefined;
  if (!isRecord(answer)) throw malformed();
  return { block: toQuantity(answer["blockNumber"]), isSuccess: toQuantity(answer["status"]) === 1n };
}

function readTransaction(answer: unknown): SentTransaction | undefined {
  if (answer === null) return undefined;
  if (!isRecord(answer) || !isHex(answer["hash"]) || !isHex(answer["input"])) throw malformed();
  const { hash, input: data, to } = answer;
  return {
    ...{ hash, data },
    from: readAccount(answer["from"]),
    to: to === null || to === undefined ? undefined : readAccount(to),
    nonce: Number(toQuantity(answer["nonce"])),
    value: toQuantity(answer["value"]),
  };
}

function readEvent(answer: unknown): ChainEvent {
  if (!isRecord(answer)) throw malformed();
  const { topics, data, transactionHash: transaction } = answer;
  if (!Array.isArray(topics) || topics.length > 4 || !topics.every(isHex)) throw malformed();
  if (!isHex(data) || !isHex(transaction)) throw malformed();
  return {
    ...{ topics, data, transaction },
    block: toQuantity(answer["blockNumber"]),
    index: Number(toQuantity(answer["logIndex"])),
  };
}

function readAccount(value: unknown): AccountText {
  try {
    return parseAccount(String(value));
  } catch (error) {
    if (error instanceof AddressError) throw malformed(error);
    throw error;
  }
}

function toHex(value: bigint): Hex {
  return `0x${value.toString(16)}`;
}

function toBlock(block: bigint | "latest"): string {
  return block === "latest" ? block : toHex(block);
}
