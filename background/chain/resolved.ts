import { type DeviceId, isDeviceId } from "../../protocol/ids.ts";
import type { AccountText } from "../../protocol/number/address.ts";
import { fromTokenId, NumberError, type NumberText } from "../../protocol/number/number.ts";
import { formatBase64Url } from "../../protocol/words/base64url.ts";
import type { Hex } from "./chain.ts";
import { type ClientFacts, type Facts, isClaimed, type NumberFacts } from "./facts.ts";
import { nobody } from "./question.ts";

/** Who is behind an address, and why we believe it. */
export interface Resolved {
  readonly account: AccountText;
  /** The chain that the number, or else the account's entry, stands on. */
  readonly chain: { readonly id: number; readonly name: string };
  /** An ENS name that leads to the account. */
  readonly name?: string;
  /** A number that the account owns. */
  readonly number?: NumberText;
  readonly proofs: Proofs;
  /** Where the account is reached; without one nobody can tell. */
  readonly home?: Home;
  /** Delegations of another epoch are void. */
  readonly accountEpoch: number;
  /** Devices that speak for the account no longer. */
  readonly revoked: readonly DeviceId[];
  /** The block it was read at, and how many servers said so independently. */
  readonly block: bigint;
  readonly witnesses: number;
  /** Part of it was said by a server outside the chain. */
  readonly isOffchain: boolean;
}

export interface Proofs {
  readonly ownsNumber: boolean;
  /** The account controls the name in ENS's registry. */
  readonly ownsName: boolean;
  /** Who of the two claims the other; only `both` counts as a link. */
  readonly nameAndNumber: Claims;
  /** Name leads to the account, account goes by the name. */
  readonly nameAndAccount: Claims;
  /** When the number changed hands, in seconds since 1970; its claim is no change. */
  readonly changedHandsAt?: number;
  /** The name has run out: whoever registers it next is who it will lead to. */
  readonly nameExpired: boolean;
}

export type Claims = "both" | "forward" | "backward" | "none";

export interface Home {
  readonly domain: string;
  readonly nodes: readonly { readonly url: string; readonly thumbprint: string }[];
}

/** Facts of the name's chain, and of the number's or the entry's where that is another. */
export interface AllFacts {
  readonly named: Facts;
  readonly numbered: Facts;
  readonly entered: Facts;
}

/** What follows from the facts for the account that they lead to. */
export function toResolved(account: AccountText, { named, numbered, entered }: AllFacts): Resolved {
  const proofs = toProofs(account, named, numbered);
  const isNamed = proofs.nameAndAccount !== "none" && proofs.nameAndAccount !== "backward";
  const isLinked = proofs.nameAndNumber === "both" && proofs.ownsNumber;
  const { name } = named;
  const number = proofs.ownsNumber ? toNumber(numbered.answer.number) : undefined;
  const chain = number === undefined ? entered.entry : numbered.entry;
  const client = entered.client;
  const home = toHome(client);
  return {
    account,
    chain: { id: chain.id, name: chain.name },
    ...(name !== undefined && (isNamed || isLinked) ? { name } : {}),
    ...(number === undefined ? {} : { number }),
    ...(home === undefined ? {} : { home }),
    proofs,
    accountEpoch: Number(client?.epoch ?? 0n),
    revoked: client?.revoked.map(toThumbprint).filter(isDeviceId) ?? [],
    block: entered.head.number,
    witnesses: Math.min(named.witnesses, numbered.witnesses, entered.witnesses),
    isOffchain: named.isOffchain,
  };
}

function toProofs(account: AccountText, named: Facts, numbered: Facts): Proofs {
  const { name, answer } = named;
  const { number } = numbered;
  const isNumbered = isClaimed(numbered);
  const changedHandsAt = changeOf(number);
  return {
    ownsNumber: isNumbered && number?.owner === account,
    ownsName: name !== undefined && answer.ens.owner === account && !isExpired(named),
    nameAndNumber: toClaims(
      name !== undefined && isNumbered && named.answer.ens.number === `+${numbered.answer.number}`,
      name !== undefined && isNumbered && number?.records.name === name,
    ),
    nameAndAccount: toClaims(
      name !== undefined && answer.ens.account === account,
      name !== undefined && answer.reverse === name,
    ),
    ...(changedHandsAt === undefined ? {} : { changedHandsAt }),
    nameExpired: name !== undefined && isExpired(named),
  };
}

/** The chain's own time: a phone's clock may be wrong, and a local chain's is. */
function isExpired({ answer, head }: Facts): boolean {
  return answer.ens.expires > 0n && answer.ens.expires <= BigInt(head.time);
}

function changeOf(number: NumberFacts | undefined): number | undefined {
  return number !== undefined && number.epoch > 1 ? Number(number.changedAt) : undefined;
}

function toClaims(forward: boolean, backward: boolean): Claims {
  if (forward) return backward ? "both" : "forward";
  return backward ? "backward" : "none";
}

function toNumber(token: bigint): NumberText | undefined {
  try {
    return fromTokenId(token);
  } catch (error) {
    if (error instanceof NumberError) return undefined;
    throw error;
  }
}

function toHome(client: ClientFacts | undefined): Home | undefined {
  if (client === undefined || client.account === nobody || client.entry.domain === "") return undefined;
  const { domain, nodes } = client.entry;
  return {
    domain: domain.toLowerCase(),
    nodes: nodes.filter(isNodeUrl).map(({ url, key }) => ({ url, thumbprint: toThumbprint(key) })),
  };
}

/** An account writes what it likes; a phone opens WebSockets and nothing else. */
function isNodeUrl({ url }: { readonly url: string }): boolean {
  return /^wss?:\/\/[^\s/@]+(\/[^\s]*)?$/.test(url);
}

/** RFC 7638 thumbprints are 32 bytes on the chain, and base64url everywhere else. */
function toThumbprint(hash: Hex): string {
  const bytes = hash.slice(2).match(/../g) ?? [];
  return formatBase64Url(Uint8Array.from(bytes, byte => Number.parseInt(byte, 16)));
}
