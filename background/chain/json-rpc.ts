import { isRecord } from "../../protocol/bus/plain.ts";
import { ChainError, type Hex } from "./chain.ts";
import { chainLimits } from "./limits.ts";
import { readBounded } from "./read-bounded.ts";

/** One server of a chain, as JSON-RPC over HTTP has it. */
export interface JsonRpc {
  readonly url: string;
  /**
   * @throws ChainError where there is no answer, or one that is none
   */
  ask(request: RpcRequest, signal?: AbortSignal): Promise<unknown>;
}

export interface RpcRequest {
  readonly method: string;
  readonly params: readonly unknown[];
}

export function createJsonRpc(url: string): JsonRpc {
  return {
    url,
    async ask(request, signal) {
      const text = await post(url, { jsonrpc: "2.0", id: 1, ...request }, signal);
      return readAnswer(text);
    },
  };
}

async function post(url: string, body: unknown, signal: AbortSignal | undefined): Promise<string> {
  const timeout = AbortSignal.timeout(chainLimits.answerMs);
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
      // No cookies, and nobody else than who is configured.
      credentials: "omit",
      redirect: "error",
      referrerPolicy: "no-referrer",
    });
    const text = await readBounded(response, chainLimits.answerBytes);
    if (text === undefined) {
      throw new ChainError("chain.size", "The chain's server sends too much; check its address.");
    }
    // Servers send JSON-RPC's errors with 200 or 4xx, and a page of HTML when they are overloaded.
    if (!response.ok && !text.startsWith("{")) {
      throw new ChainError("chain.refused", `The chain's server refused to answer (${response.status}).`);
    }
    return text;
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof ChainError) throw cause;
    if (timeout.aborted) {
      throw new ChainError("chain.timeout", "The chain's server did not answer in time; try again.", {
        cause,
      });
    }
    throw new ChainError("chain.unreachable", "The chain's server cannot be reached; try again.", { cause });
  }
}

function readAnswer(text: string): unknown {
  const answer = parse(text);
  if (!isRecord(answer)) throw malformed();
  if (isRecord(answer["error"])) throw refusal(answer["error"]);
  if (!("result" in answer)) throw malformed();
  return answer["result"];
}

function refusal({ code, message, data }: Readonly<Record<string, unknown>>): ChainError {
  const cause = new RpcRefusal(`${code}: ${String(message).slice(0, 200)}`, isHex(data) ? data : undefined);
  return new ChainError("chain.refused", "The chain's server refused to answer; try again.", { cause });
}

/** A server's own words. They are a stranger's: a short piece, for the log and never as our own sentence. */
export class RpcRefusal extends Error {
  /** What a contract said as it reverted, still encoded. */
  readonly data: Hex | undefined;

  constructor(words: string, data: Hex | undefined) {
    super(words);
    this.data = data;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw malformed(cause);
  }
}

export function malformed(cause?: unknown): ChainError {
  return new ChainError("chain.malformed", "What answered is no chain's server; check its address.", {
    cause,
  });
}

export function isHex(value: unknown): value is Hex {
  return typeof value === "string" && value.length % 2 === 0 && /^0x[0-9a-f]*$/i.test(value);
}

/** A number as JSON-RPC writes it. */
export function toQuantity(value: unknown): bigint {
  if (typeof value !== "string" || !/^0x[0-9a-f]{1,64}$/i.test(value)) throw malformed();
  return BigInt(value);
}
