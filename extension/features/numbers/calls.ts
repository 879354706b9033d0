import * as AbiFunction from "ox/AbiFunction";
import { keccak256 } from "ox/Hash";
import type { Hex } from "../../../background/chain/chain.ts";
import { toCommitment } from "../../../protocol/chain/commitment.ts";
import { numbersAbi } from "../../../protocol/chain/numbers-abi.ts";
import type { AccountText } from "../../../protocol/number/address.ts";
import { toTokenId } from "../../../protocol/number/number.ts";
import type { Act, Step } from "./step.ts";

export interface Call {
  readonly to: AccountText;
  readonly data: Hex;
  readonly value: bigint;
}

/** What a wallet is asked to send for a step: of a claim, the commitment first and its opening then. */
export function toCall(
  step: Pick<Step, "act" | "account" | "chain">,
  contract: AccountText,
  opens: boolean,
): Call {
  const { act } = step;
  if (act.kind === "ens-name") return { to: act.resolver, data: encodeText(act), value: 0n };
  const data =
    act.kind === "claim" ? encodeClaim({ ...step, act }, contract, opens) : encode(act, step.account);
  return { to: contract, data, value: paymentOf(act, opens) };
}

/** The text record by which a name claims its number. */
const nameRecord = "etherlynk";

/** The node of a name in ENS (ERC-137). */
export function toNode(name: string): Hex {
  return name.split(".").reduceRight<Hex>(
    (node, label) => {
      const hash = keccak256(toHex(label));
      return keccak256(`0x${node.slice(2)}${hash.slice(2)}`);
    },
    `0x${"0".repeat(64)}`,
  );
}

type Claim = Extract<Act, { kind: "claim" }>;

function encodeClaim(
  { act, account, chain }: { readonly act: Claim; readonly account: AccountText; readonly chain: number },
  contract: AccountText,
  opens: boolean,
): Hex {
  const { numbers, secret } = act;
  if (opens) return AbiFunction.encodeData(functions.claim, [numbers.map(toTokenId), secret]);
  const commitment = toCommitment({ numbers, account, secret }, { chainId: chain, contract });
  return AbiFunction.encodeData(functions.commit, [commitment]);
}

type OwnAct = Exclude<Act, { kind: "claim" | "ens-name" }>;

function encode(act: OwnAct, account: AccountText): Hex {
  switch (act.kind) {
    case "name":
      return AbiFunction.encodeData(functions.setName, [toTokenId(act.number), act.name]);
    case "records":
      return encodeRecords(act);
    case "list":
      return AbiFunction.encodeData(functions.list, [toTokenId(act.number), BigInt(act.price)]);
    case "cancel":
      return AbiFunction.encodeData(functions.cancel, [toTokenId(act.number)]);
    case "buy":
      return AbiFunction.encodeData(functions.buy, [toTokenId(act.number)]);
    case "transfer":
      // The safe one: a contract that cannot hold numbers refuses, where the plain one would lose it.
      return AbiFunction.encodeData(functions.safeTransferFrom, [account, act.to, toTokenId(act.number)]);
    case "withdraw":
      return AbiFunction.encodeData(functions.withdraw, [account]);
  }
}

/** The one setter where one part changes: it costs a fifth of setting all. */
function encodeRecords({ number, records, part }: Extract<Act, { kind: "records" }>): Hex {
  const id = toTokenId(number);
  const policy = { callers: records.callers, bond: BigInt(records.bond) };
  if (part === "policy") return AbiFunction.encodeData(functions.setPolicy, [id, policy]);
  if (part === "profile") return AbiFunction.encodeData(functions.setProfile, [id, records.profile]);
  if (part === "routes") return AbiFunction.encodeData(functions.setRoutes, [id, records.routes]);
  const { name, profile, lightLogin, blockList, blockRoot, routes } = records;
  return AbiFunction.encodeData(functions.setRecords, [
    id,
    { name, profile, lightLogin, policy, blockList, blockRoot, routes },
  ]);
}

function encodeText({ name, number }: Extract<Act, { kind: "ens-name" }>): Hex {
  return AbiFunction.encodeData(setText, [toNode(name), nameRecord, number]);
}

function paymentOf(act: Act, opens: boolean): bigint {
  if (act.kind === "buy") return BigInt(act.price);
  return act.kind === "claim" && opens ? BigInt(act.fee) : 0n;
}

function toHex(text: string): Hex {
  return `0x${Array.from(new TextEncoder().encode(text), byte => byte.toString(16).padStart(2, "0")).join("")}`;
}

const functions = {
  buy: AbiFunction.fromAbi(numbersAbi, "buy"),
  cancel: AbiFunction.fromAbi(numbersAbi, "cancel"),
  claim: AbiFunction.fromAbi(numbersAbi, "claim"),
  commit: AbiFunction.fromAbi(numbersAbi, "commit"),
  list: AbiFunction.fromAbi(numbersAbi, "list"),
  safeTransferFrom: AbiFunction.from("function safeTransferFrom(address from, address to, uint256 id)"),
  setName: AbiFunction.fromAbi(numbersAbi, "setName"),
  setPolicy: AbiFunction.fromAbi(numbersAbi, "setPolicy"),
  setProfile: AbiFunction.fromAbi(numbersAbi, "setProfile"),
  setRecords: AbiFunction.fromAbi(numbersAbi, "setRecords"),
  setRoutes: AbiFunction.fromAbi(numbersAbi, "setRoutes"),
  withdraw: AbiFunction.fromAbi(numbersAbi, "withdraw"),
} as const;

const setText = AbiFunction.from("function setText(bytes32 node, string key, string value)");
