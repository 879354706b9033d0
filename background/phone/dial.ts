import { EtherlynkError } from "../../protocol/errors.ts";
import { type Address, formatAddress, formatSipUri, parseAddress } from "../../protocol/number/address.ts";
import type { ByteText } from "../../protocol/sip/message.ts";

/** Where a call goes. */
export interface Destination {
  /** Account or address, in its one written form: what calls are compared by. */
  readonly peer: string;
  readonly uri: ByteText;
  /** An account proves who answers; of other addresses nothing can be proven. */
  readonly expects: "account" | "anyone";
}

/**
 * Where an address that people wrote leads: an account, of this domain or of the one it names, or a `sip:` address of
 * a foreign client.
 *
 * @throws AddressError where it is none, DialError where it cannot be called yet
 */
export function toDestination(text: string, ownDomain: string): Destination {
  const address = parseAddress(text);
  return { peer: toPeer(address), uri: formatSipUri(address, ownDomain), expects: expectationOf(address) };
}

/** Who is at an address, as calls know it: an account is the same in every domain. */
export function toPeer(address: Address): string {
  return address.target.kind === "account" ? address.target.account : formatAddress(address);
}

function expectationOf({ target, domain }: Address): Destination["expects"] {
  switch (target.kind) {
    case "account":
      return "account";
    case "user":
      if (domain !== undefined) return "anyone";
      throw new DialError("dial.domain", "This does not say where: write user@domain.");
    case "name":
    case "number":
      throw new DialError(
        "dial.unresolved",
        "Names and numbers cannot be called yet. Call the account (0x…) that is behind it.",
      );
  }
}

export class DialError extends EtherlynkError {}
