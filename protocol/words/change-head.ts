import type { AccountText } from "../number/address.ts";
import type { TypedField } from "./typed-word.ts";

/**
 * What stands before the matter in each message that changes an account in the client registrar. The registrar
 * takes a message once: it bears the account's present sequence and epoch, and its deadline has not passed.
 */
export interface ChangeHead {
  readonly account: AccountText;
  readonly sequence: number;
  readonly epoch: number;
  /** Until when it may be carried to the chain, in seconds since 1970. */
  readonly deadline: number;
}

export const changeHeadFields = [
  { name: "account", type: "address" },
  { name: "sequence", type: "uint64" },
  { name: "epoch", type: "uint64" },
  { name: "deadline", type: "uint64" },
] as const satisfies readonly TypedField[];

export function toHeadMessage(head: ChangeHead): Record<string, string | number> {
  const { account, sequence, epoch, deadline } = head;
  return { account, sequence, epoch, deadline };
}
