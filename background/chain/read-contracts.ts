import * as AbiFunction from "ox/AbiFunction";
import * as AbiParameters from "ox/AbiParameters";
import type { AskAccount } from "../identity/wallet-check.ts";
import { type Chain, ChainError, type Head, type Hex } from "./chain.ts";
import { malformed } from "./json-rpc.ts";
import { readsLensCode } from "./lens/reads-lens.ts";

/** A call that only reads. */
export interface ContractRead {
  readonly to: Hex;
  readonly data: Hex;
}

export interface ContractReads {
  readonly head: Head;
  readonly witnesses: number;
  /** What each returned, still encoded; nothing where it reverted, or no contract is there. */
  readonly answers: readonly (Hex | undefined)[];
}

/**
 * Many reads at one block in one round trip, compared between two servers where there are two. All answers together
 * have room for some 20 KB.
 *
 * @example
 * const lookup = AbiFunction.fromAbi(numbersAbi, "lookup");
 * const { answers: [data] } = await readContracts(chain, [{ to, data: AbiFunction.encodeData(lookup, [id]) }], signal);
 * const entry = data && AbiFunction.decodeResult(lookup, data);
 * @throws ChainError
 */
export async function readContracts(
  chain: Chain,
  reads: readonly ContractRead[],
  signal?: AbortSignal,
): Promise<ContractReads> {
  const question = AbiParameters.encode([readsType], [reads]);
  const { head, data, witnesses } = await chain.run(`${readsLensCode}${question.slice(2)}`, signal);
  const answers = decode(data);
  if (answers.length !== reads.length) throw malformed();
  return { head, witnesses, answers: answers.map(({ ok, out }) => (ok ? out : undefined)) };
}

/** Asks smart accounts of one chain about signatures (ERC-1271). Who cannot be asked has not signed. */
export function createAskAccount(chain: Chain): AskAccount {
  return async (account, digest, signature) => {
    const data = AbiFunction.encodeData(isValidSignature, [digest, signature]);
    try {
      const { answers } = await readContracts(chain, [{ to: account, data }]);
      return answers[0]?.length === 66 && answers[0].startsWith(MAGIC);
    } catch (error) {
      if (error instanceof ChainError) return false;
      throw error;
    }
  };
}

// `bytes4(keccak256("isValidSignature(bytes32,bytes)"))`: the selector, and the answer of who accepts.
const MAGIC = "0x1626ba7e";

const isValidSignature = AbiFunction.from({
  type: "function",
  name: "isValidSignature",
  stateMutability: "view",
  inputs: [{ type: "bytes32" }, { type: "bytes" }],
  outputs: [{ type: "bytes4" }],
});

function decode(data: Hex) {
  try {
    const [answers] = AbiParameters.decode([answersType], data);
    return answers;
  } catch (cause) {
    throw malformed(cause);
  }
}

const readsType = {
  type: "tuple[]",
  components: [
    { name: "to", type: "address" },
    { name: "data", type: "bytes" },
  ],
} as const;

const answersType = {
  type: "tuple[]",
  components: [
    { name: "ok", type: "bool" },
    { name: "out", type: "bytes" },
  ],
} as const;
