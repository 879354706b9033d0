import { type Address, AddressError, parseAddress } from "../number/address.ts";
import { isPeerId } from "./peer-id.ts";

/** Whom a PeerJS client means by `dst`. */
export type Destination =
  | { readonly kind: "peer"; readonly id: string }
  | { readonly kind: "address"; readonly address: Address };

/**
 * Sorts a destination: the id of another PeerJS client, or a SIP address, name, number or account. The two never
 * overlap (`isPeerId`); what is neither is `undefined`, and nobody is there.
 */
export function classifyDestination(dst: string): Destination | undefined {
  if (isPeerId(dst)) return { kind: "peer", id: dst };
  try {
    return { kind: "address", address: parseAddress(dst) };
  } catch (error) {
    if (error instanceof AddressError) return undefined;
    throw error;
  }
}
