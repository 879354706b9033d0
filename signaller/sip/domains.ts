import type { SipUri } from "../../protocol/sip/uri.ts";
import { toHostKey } from "./address-keys.ts";

/** Whose addresses are ours, and which domains other nodes speak for. */
export interface Domains {
  /** What this node calls itself in Via, Record-Route and GRUUs. */
  readonly own: string;
  /** Whether a URI is of our domain; the port in it does not matter. */
  isOwn(uri: SipUri): boolean;
  /** The domain of a link to which a URI's host belongs. */
  peerOf(uri: SipUri): string | undefined;
}

/** An open node without a name answers for every host that is nobody else's; among its clients it goes by this. */
const NAMELESS = "etherlynk.invalid";
/** Hosts of Via and Contact that clients make up (RFC 7118 §5). */
const MADE_UP = /\.invalid$/;

/**
 * @param domain the configured one; without it every host is ours that is no peer's and not made up by a client
 */
export function createDomains(domain: string | undefined, peers: readonly string[]): Domains {
  const own = domain?.toLowerCase() ?? NAMELESS;
  const others = new Set(peers.map(name => name.toLowerCase()));
  return {
    own,
    isOwn(uri) {
      const host = toHostKey(uri);
      if (host === own) return true;
      return domain === undefined && !others.has(host) && !MADE_UP.test(host);
    },
    peerOf(uri) {
      const host = toHostKey(uri);
      return others.has(host) ? host : undefined;
    },
  };
}
