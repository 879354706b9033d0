import { encodeData, from } from "ox/AbiFunction";
import { EtherlynkError } from "../../protocol/errors.ts";
import { chainLimits } from "./limits.ts";

/** What admission asks of the chain where an account is a contract. */
export interface ChainRpc {
  /**
   * Does the smart account at `account` accept `signature` over `hash` (ERC-1271)?
   *
   * @throws ChainRpcError when the chain did not answer
   */
  isValidSignature(account: `0x${string}`, hash: `0x${string}`, signature: `0x${string}`): Promise<boolean>;
}

// `bytes4(keccak256("isValidSignature(bytes32,bytes)"))`: the selector, and the answer of who accepts.
const MAGIC = "0x1626ba7e";

const isValidSignature = from("function isValidSignature(bytes32,bytes) view returns (bytes4)");

/** One question to a chain's server. */
export interface ChainQuestion {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** What an answer may cost. */
export interface AnswerBounds {
  readonly answerMs: number;
  readonly answerBytes: number;
  readonly signal?: AbortSignal;
}

/** @param server its address, or whoever asks one of several */
export function createChainRpc(server: string | ((question: ChainQuestion) => Promise<unknown>)): ChainRpc {
  const ask =
    typeof server === "string"
      ? (question: ChainQuestion) => askChain(server, question, chainLimits)
      : server;
  return {
    async isValidSignature(account, hash, signature) {
      const data = encodeData(isValidSignature, [hash, signature]);
      const answer = await ask({ method: "eth_call", params: [{ to: account, data }, "latest"] });
      // A contract that reverts, an account without code (`0x`): both have not accepted.
      return typeof answer === "string" && answer.length === 66 && answer.startsWith(MAGIC);
    },
  };
}

/**
 * Asks one server. `undefined`: the call reverted, which is an answer.
 *
 * @throws ChainRpcError
 */
export async function askChain(
  url: string,
  { method, params }: ChainQuestion,
  { answerMs, answerBytes, signal }: AnswerBounds,
): Promise<unknown> {
  const patience = AbortSignal.timeout(answerMs);
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
      signal: signal === undefined ? patience : AbortSignal.any([patience, signal]),
      redirect: "error",
    });
    return readAnswer(await readBounded(response, answerBytes));
  } catch (cause) {
    if (cause instanceof ChainRpcError) throw cause;
    throw new ChainRpcError("chain.unreachable", "The chain did not answer; try again.", { cause });
  }
}

function readAnswer(text: string): unknown {
  const answer: unknown = JSON.parse(text);
  if (typeof answer !== "object" || answer === null) {
    throw new ChainRpcError(
      "chain.answer",
      "The chain's answer is no JSON-RPC; check the address of its RPC.",
    );
  }
  if ("result" in answer) return answer.result;
  // JSON-RPC error 3 and its kin: the call itself reverted, which is an answer.
  if ("error" in answer && isRevert(answer.error)) return undefined;
  throw new ChainRpcError("chain.refused", "The chain refused to answer; try again.");
}

function isRevert(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  const code = "code" in error ? error.code : undefined;
  const message = "message" in error ? error.message : undefined;
  return code === 3 || (typeof message === "string" && /revert/i.test(message));
}

async function readBounded(response: Response, mostBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes) {
      throw new ChainRpcError("chain.size", "The chain's answer is too long; check the address of its RPC.");
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

export class ChainRpcError extends EtherlynkError {}
