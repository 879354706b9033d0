import { isRecord } from "../../protocol/bus/plain.ts";
import { type Chain, ChainError, type Head, type Hex } from "./chain.ts";
import { isHex, type JsonRpc, malformed, toQuantity } from "./json-rpc.ts";

/** One server's word. */
export interface Word {
  readonly head: Head;
  readonly data: Hex;
}

/** One server of a chain, held to the chain's id. */
export interface Server {
  readonly url: string;
  run(code: Hex, at: bigint | "latest", signal?: AbortSignal): Promise<Word>;
  head(signal?: AbortSignal): Promise<Head>;
}

// Chain id, number, parent's hash, time: what every lens begins its answer with.
const headCharacters = 4 * 64;

export function createServer(rpc: JsonRpc, chainId: Chain["chainId"]): Server {
  return {
    url: rpc.url,
    async run(code, at, signal) {
      const block = at === "latest" ? at : `0x${at.toString(16)}`;
      // No `to`: the code is run as a contract's creation, and what it returns is the answer.
      const answer = await rpc.ask({ method: "eth_call", params: [{ data: code }, block] }, signal);
      return readWord(answer, chainId);
    },
    async head(signal) {
      const params = ["latest", false];
      const answer = await rpc.ask({ method: "eth_getBlockByNumber", params }, signal);
      if (!isRecord(answer) || !isHash(answer["parentHash"])) throw malformed();
      return {
        number: toQuantity(answer["number"]),
        parentHash: answer["parentHash"],
        time: Number(toQuantity(answer["timestamp"])),
      };
    },
  };
}

function readWord(answer: unknown, chainId: number): Word {
  if (!isHex(answer) || answer.length < 2 + headCharacters) throw malformed();
  const field = (index: number): Hex => `0x${answer.slice(2 + index * 64, 66 + index * 64)}`;
  if (BigInt(field(0)) !== BigInt(chainId)) {
    throw new ChainError(
      "chain.wrong",
      `This server is of chain ${BigInt(field(0))} and not of ${chainId}; check its address.`,
    );
  }
  const head = { number: BigInt(field(1)), parentHash: field(2), time: Number(BigInt(field(3))) };
  return { head, data: `0x${answer.slice(2 + headCharacters)}` };
}

function isHash(value: unknown): value is Hex {
  return isHex(value) && value.length === 66;
}
