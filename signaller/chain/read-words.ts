import { ChainRpcError } from "../sip/chain-rpc.ts";

/**
 * What a contract answered, in words of 32 bytes (the ABI's encoding). Read by hand: ten thousand entries are read at
 * every start. Every offset and length is a stranger's, and looked at before it is used.
 */
export interface Words {
  /** A number that must fit. */
  number(at: number): number;
  /** The last 20 bytes of a word. */
  account(at: number): Buffer;
  word(at: number): Buffer;
  text(at: number, mostBytes: number): string;
  /** The place that the word at `at` points to, seen from `base`. */
  follow(base: number, at: number): number;
  /** Of a list at `at`: how many it has; where its first element stands is `at + 32`. */
  count(at: number, most: number): number;
}

const WORD = 32;

/**
 * @throws ChainRpcError where the answer is none of a contract's
 */
export function toWords(answer: unknown): Words {
  const bytes = toBytes(answer);
  const word = (at: number): Buffer => {
    if (!Number.isInteger(at) || at < 0 || at + WORD > bytes.length) throw malformed();
    return bytes.subarray(at, at + WORD);
  };
  const number = (at: number): number => {
    const it = word(at);
    for (let i = 0; i < 24; i++) if (it[i] !== 0) throw malformed();
    const value = it.readUInt32BE(24) * 0x1_0000_0000 + it.readUInt32BE(28);
    if (!Number.isSafeInteger(value)) throw malformed();
    return value;
  };
  const count = (at: number, most: number): number => {
    const value = number(at);
    if (value > most) throw malformed();
    return value;
  };
  return {
    word,
    number,
    count,
    account: at => word(at).subarray(12),
    follow: (base, at) => base + number(at),
    text(at, mostBytes) {
      const length = count(at, mostBytes);
      const start = at + WORD;
      if (start + length > bytes.length) throw malformed();
      return bytes.toString("utf8", start, start + length);
    },
  };
}

function toBytes(answer: unknown): Buffer {
  if (typeof answer !== "string" || !answer.startsWith("0x") || answer.length % 2 !== 0) throw malformed();
  const bytes = Buffer.from(answer.slice(2), "hex");
  if (bytes.length !== (answer.length - 2) / 2) throw malformed();
  return bytes;
}

export function malformed(): ChainRpcError {
  return new ChainRpcError(
    "chain.malformed",
    "What answered is no server of this chain, or the contracts are elsewhere; check the address book.",
  );
}
