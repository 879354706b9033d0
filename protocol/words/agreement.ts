import type { Hex } from "ox/Hex";
import type { AccountText } from "../number/address.ts";
import {
  type ContractPlace,
  contractDigestOf,
  type TypedData,
  type TypedWord,
  toContractTypedData,
} from "./typed-word.ts";

/** What a provider does for an account. The numbers are part of what wallets signed: never reuse one. */
export const services = {
  signal: 1,
  stun: 2,
  turn: 3,
  conference: 4,
  gateway: 5,
  voicemail: 6,
  archive: 7,
} as const;

export type Service = keyof typeof services;

/** A provider in an account's entry, as the provider agreed to be. */
export interface Provider {
  readonly provider: AccountText;
  readonly service: Service;
  /** Hash of the terms that both have. */
  readonly terms: Hex;
  /** When it ends, in seconds since 1970. */
  readonly expiry: number;
}

/** The provider's word that it serves an account on these terms. The provider signs it; the account publishes it. */
export interface Agreement extends Provider {
  readonly account: AccountText;
}

const FIELDS = [
  { name: "provider", type: "address" },
  { name: "account", type: "address" },
  { name: "service", type: "uint8" },
  { name: "terms", type: "bytes32" },
  { name: "expiry", type: "uint64" },
] as const;

export function toAgreementTypedData(agreement: Agreement, place: ContractPlace): TypedData {
  return toContractTypedData(toWord(agreement), place);
}

/** The 32 bytes the provider's wallet signs, for the client registrar at this place. */
export function digestAgreement(agreement: Agreement, place: ContractPlace): Hex {
  return contractDigestOf(toWord(agreement), place);
}

/** The service of its number on the chain; `undefined` where this version knows none of that number. */
export function toService(code: number): Service | undefined {
  return (Object.keys(services) as Service[]).find(name => services[name] === code);
}

function toWord({ provider, account, service, terms, expiry }: Agreement): TypedWord {
  return {
    primaryType: "Agreement",
    types: { Agreement: FIELDS },
    message: { provider, account, service: services[service], terms, expiry },
  };
}
