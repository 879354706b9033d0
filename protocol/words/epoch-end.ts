import type { Hex } from "ox/Hex";
import { type ChangeHead, changeHeadFields, toHeadMessage } from "./change-head.ts";
import {
  type ContractPlace,
  contractDigestOf,
  type TypedData,
  type TypedWord,
  toContractTypedData,
} from "./typed-word.ts";

/** The account's word that every delegation of its epoch is void: all devices have to be allowed anew. */
export type EpochEnd = ChangeHead;

export function toEpochEndTypedData(end: EpochEnd, place: ContractPlace): TypedData {
  return toContractTypedData(toWord(end), place);
}

export function digestEpochEnd(end: EpochEnd, place: ContractPlace): Hex {
  return contractDigestOf(toWord(end), place);
}

function toWord(end: EpochEnd): TypedWord {
  return { primaryType: "EpochEnd", types: { EpochEnd: changeHeadFields }, message: toHeadMessage(end) };
}
