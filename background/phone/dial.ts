import { EtherlynkError } from "../../protocol/errors.ts";
import {
  type Address,
  formatAddress,
  formatSipUri,
  parseAddress,
  type Target,
} from "../../protocol/number/address.ts";
import type { ByteText } from "../../protocol/sip/message.ts";
import { ChainError } from "../chain/chain.ts";
import type { Directory } from "../chain/directory.ts";
import type { Resolved } from "../chain/resolved.ts";

/** What was dialled, as far as it is known without asking anybody. */
export interface Dialled {
  readonly address: Address;
  /** Account or address, in its one written form: what calls are compared by. */
  readonly peer: string;
  /** Whoever answers must prove to be the account that was dialled, or that the chain names; of others nothing can be. */
  readonly expects: "account" | "anyone";
}

/** Where a call goes. */
export interface Destination {
  readonly peer: string;
  readonly uri: ByteText;
  readonly found?: Resolved;
}

/**
 * Reads what people wrote.
 *
 * @throws AddressError where it is no address, DialError where it says too little
 */
export function readDialled(text: string, hasDirectory: boolean): Dialled {
  const address = parseAddress(text);
  return { address, peer: toPeer(address), expects: expectationOf(address, hasDirectory) };
}

/**
 * Where an address leads: names and numbers by the chain, accounts to the domain that they say on the chain is theirs.
 * An account is called also where no chain can be asked: it proves itself.
 *
 * @throws ChainError
 */
export async function find(
  { address, peer, expects }: Dialled,
  { directory, ownDomain, signal }: FindOptions,
): Promise<Destination> {
  if (expects === "anyone" || directory === undefined) return { peer, uri: formatSipUri(address, ownDomain) };
  const found = await ask(directory, address, signal);
  if (found === undefined) return { peer, uri: formatSipUri(address, ownDomain) };
  const { account, home } = found;
  const domain = home?.domain ?? address.domain ?? ownDomain;
  // A number stays what was dialled: its sale, while it rings, is the node's to notice. A name leads to its account.
  const target: Target = address.target.kind === "number" ? address.target : { kind: "account", account };
  return { peer: account, uri: formatSipUri({ target, domain }, ownDomain), found };
}

export interface FindOptions {
  readonly directory: Directory | undefined;
  readonly ownDomain: string;
  readonly signal: AbortSignal;
}

async function ask(
  directory: Directory,
  address: Address,
  signal: AbortSignal,
): Promise<Resolved | undefined> {
  try {
    return await directory.resolve(address, signal);
  } catch (error) {
    if (address.target.kind === "account" && error instanceof ChainError) return undefined;
    throw error;
  }
}

/** Who is at an address, as calls know it: an account is the same in every domain. */
export function toPeer(address: Address): string {
  return address.target.kind === "account" ? address.target.account : formatAddress(address);
}

function expectationOf({ target, domain }: Address, hasDirectory: boolean): Dialled["expects"] {
  switch (target.kind) {
    case "account":
      return "account";
    case "user":
      if (domain !== undefined) return "anyone";
      throw new DialError("dial.domain", "This does not say where: write user@domain.");
    case "name":
    case "number":
      if (hasDirectory) return "account";
      throw new DialError(
        "dial.unresolved",
        "Names and numbers stand on a chain, and this phone has none to ask. Call the account (0x…) behind it.",
      );
  }
}

export class DialError extends EtherlynkError {}
