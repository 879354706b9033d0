import { encodeData, from } from "ox/AbiFunction";
import { EtherlynkError } from "../../protocol/errors.ts";
import { chainLimits } from "./limits.ts";

/** The one question a node asks the chain so far. */
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

export function createChainRpc(url: string): ChainRpc {
  return {
    async isValidSignature(account, hash, signature) {
      const data = encodeData(isValidSignature, [hash, signature]);
      const answer = await ask(url, "eth_call", [{ to: account, data }, "latest"]);
      // A contract that reverts, an account without code (`0x`): both have not accepted.
      return typeof answer === "string" && answer.length === 66 && answer.startsWith(MAGIC);
    },
  };
}

async function ask(url: string, method: string, params: readonly unknown[]): Promise<unknown> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
      signal: AbortSignal.timeout(chainLimits.answerMs),
      redirect: "error",
    });
    return readAnswer(await readBounded(response));
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

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > chainLimits.answerBytes) {
      throw new ChainRpcError("chain.size", "The chain's answer is too long; check the address of its RPC.");
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

export class ChainRpcError extends EtherlynkError {}
