import type { Hex } from "ox/Hex";
import { type Provider, services } from "./agreement.ts";
import { type ChangeHead, changeHeadFields, toHeadMessage } from "./change-head.ts";
import {
  type ContractPlace,
  contractDigestOf,
  type TypedData,
  type TypedWord,
  toContractTypedData,
} from "./typed-word.ts";

/** A node of an account's domain. */
export interface DomainNode {
  /** `wss://node.example:9001` */
  readonly url: string;
  /** The SHA-256 thumbprint (RFC 7638) of the key it must prove, as 32 bytes. */
  readonly key: Hex;
}

/** What an account says of itself as a subscriber. Order of nodes and providers is its preference. */
export interface ClientEntry {
  readonly apiOldest: number;
  readonly apiNewest: number;
  /** How it is reached without any provider; empty where it does not wish so. */
  readonly direct: string;
  readonly domain: string;
  readonly nodes: readonly DomainNode[];
  readonly providers: readonly Provider[];
}

/** Bounds of the registrar: it refuses what exceeds them. */
export const clientEntryLimits = { textBytes: 255, nodes: 4, providers: 8 } as const;

const TYPES = {
  ClientEntry: [
    ...changeHeadFields,
    { name: "apiOldest", type: "uint8" },
    { name: "apiNewest", type: "uint8" },
    { name: "direct", type: "string" },
    { name: "domain", type: "string" },
    { name: "nodes", type: "Node[]" },
    { name: "providers", type: "Provider[]" },
  ],
  Node: [
    { name: "url", type: "string" },
    { name: "key", type: "bytes32" },
  ],
  Provider: [
    { name: "provider", type: "address" },
    { name: "service", type: "uint8" },
    { name: "terms", type: "bytes32" },
    { name: "expiry", type: "uint64" },
  ],
} as const;

/** What the wallet is asked to sign to replace its account's entry. */
export function toClientEntryTypedData(
  head: ChangeHead,
  entry: ClientEntry,
  place: ContractPlace,
): TypedData {
  return toContractTypedData(toWord(head, entry), place);
}

export function digestClientEntry(head: ChangeHead, entry: ClientEntry, place: ContractPlace): Hex {
  return contractDigestOf(toWord(head, entry), place);
}

function toWord(head: ChangeHead, entry: ClientEntry): TypedWord {
  const { apiOldest, apiNewest, direct, domain, nodes, providers } = entry;
  return {
    primaryType: "ClientEntry",
    types: TYPES,
    message: {
      ...toHeadMessage(head),
      apiOldest,
      apiNewest,
      direct,
      domain,
      nodes: nodes.map(({ url, key }) => ({ url, key })),
      providers: providers.map(({ provider, service, terms, expiry }) => ({
        provider,
        service: services[service],
        terms,
        expiry,
      })),
    },
  };
}
