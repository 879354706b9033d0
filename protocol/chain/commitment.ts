import { encode } from "ox/AbiParameters";
import { keccak256 } from "ox/Hash";
import { type Hex, slice } from "ox/Hex";
import type { AccountText } from "../number/address.ts";
import { type NumberText, toTokenId } from "../number/number.ts";
import type { ContractPlace } from "../words/typed-word.ts";

/** A claim that is not told yet. Order counts: the claim names the numbers in the same order. */
export interface HiddenClaim {
  readonly numbers: readonly NumberText[];
  /** Who will claim: nobody else can open the commitment. */
  readonly account: AccountText;
  /** 32 random bytes. Who knows them before the claim can guess the numbers. */
  readonly secret: Hex;
}

/**
 * What `commit` takes: the lower 96 bits of a hash, as `commitmentTo` of the contract gives it. Computed here and
 * never asked for, since the server asked would learn which numbers are wanted.
 */
export function toCommitment({ numbers, account, secret }: HiddenClaim, place: ContractPlace): bigint {
  const hash = keccak256(
    encode(
      [
        { type: "uint256" },
        { type: "address" },
        { type: "address" },
        { type: "bytes32" },
        { type: "uint256[]" },
      ],
      [BigInt(place.chainId), place.contract, account, secret, numbers.map(toTokenId)],
    ),
  );
  return BigInt(slice(hash, 20));
}

/** The number, epoch and owner in one word of `range`. */
export function parseHolding(word: bigint): { id: bigint; epoch: number; owner: Hex } {
  return {
    id: word >> 192n,
    epoch: Number((word >> 160n) & 0xffff_ffffn),
    owner: `0x${(word & ((1n << 160n) - 1n)).toString(16).padStart(40, "0")}`,
  };
}
