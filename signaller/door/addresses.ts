import { BlockList, isIP, isIPv4 } from "node:net";
import { EtherlynkError } from "../../protocol/errors.ts";
import { limits } from "../limits.ts";

/** What of a request tells where it came from. */
export interface Forwarded {
  readonly remote: string | undefined;
  readonly headers: { readonly [name: string]: string | string[] | undefined };
}

/** Which proxies are believed when they say whom they forward. */
export interface Trust {
  trusts(address: string): boolean;
}

/**
 * @throws AddressListError for what is neither an address nor `address/prefix`
 */
export function createTrust(ranges: readonly string[]): Trust {
  const list = new BlockList();
  for (const range of ranges) addRange(list, range);
  return {
    trusts(address) {
      const plain = unmapped(address);
      return ranges.length > 0 && isIP(plain) !== 0 && list.check(plain, isIPv4(plain) ? "ipv4" : "ipv6");
    },
  };
}

/**
 * The address a request came from. Forwarding headers count only when the TCP connection is a trusted proxy's, and
 * are read from their end: each hop is believed as long as the one behind it is trusted, so that what a client wrote
 * there by itself never counts.
 */
export function clientAddress({ remote, headers }: Forwarded, trust: Trust): string {
  let address = unmapped(remote ?? "");
  if (!trust.trusts(address)) return address;
  const hops = forwardedHops(headers);
  while (hops.length > 0 && trust.trusts(address)) {
    const next = hops.pop() ?? "";
    if (isIP(next) === 0) return address;
    address = next;
  }
  return address;
}

/** What limits are counted by: an IPv4 address as it is, of IPv6 the /64, which one subscriber has. */
export function limitKey(address: string): string {
  const plain = unmapped(address);
  if (isIP(plain) !== 6) return plain;
  return `${networkOf(plain).join(":")}::/64`;
}

/** `::ffff:192.0.2.1` is how a dual-stack socket names an IPv4 client. */
function unmapped(address: string): string {
  return /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(address) ? address.slice(7) : address;
}

/** The first four groups of an IPv6 address, without leading zeros. */
function networkOf(address: string): string[] {
  const [left = "", right] = (address.split("%")[0] ?? "").split("::");
  const before = left === "" ? [] : left.split(":");
  const after = right === undefined || right === "" ? [] : right.split(":");
  // An IPv4 tail stands for two groups.
  const length = before.length + after.length + (address.includes(".") ? 1 : 0);
  const zeros = right === undefined ? [] : Array<string>(Math.max(0, 8 - length)).fill("0");
  return [...before, ...zeros, ...after].slice(0, 4).map(group => Number.parseInt(group, 16).toString(16));
}

/** From X-Forwarded-For, or RFC 7239's Forwarded: the farthest hop first. */
function forwardedHops(headers: Forwarded["headers"]): string[] {
  const old = headers["x-forwarded-for"];
  if (old !== undefined) return splitHops(String(old)).map(hop => hostOf(hop));
  return splitHops(String(headers["forwarded"] ?? "")).map(hop => {
    const [, quoted, plain] = /(?:^|;)\s*for=(?:"([^"]*)"|([^;\s]*))/i.exec(hop) ?? [];
    return hostOf(quoted ?? plain ?? "");
  });
}

function splitHops(list: string): string[] {
  return list
    .split(",")
    .slice(-limits.forwardedHops)
    .map(hop => hop.trim())
    .filter(hop => hop !== "");
}

/** Without brackets and port: `[2001:db8::1]:4711`, `192.0.2.1:4711`. */
function hostOf(hop: string): string {
  const bracketed = /^\[([^\]]*)\]/.exec(hop);
  if (bracketed) return bracketed[1] ?? "";
  return unmapped(/^\d+\.\d+\.\d+\.\d+:\d+$/.test(hop) ? (hop.split(":")[0] ?? "") : hop);
}

function addRange(list: BlockList, range: string): void {
  const [address = "", prefix] = range.split("/");
  const family = isIP(address);
  const bits = prefix === undefined ? (family === 4 ? 32 : 128) : Number(prefix);
  if (family === 0 || !/^\d{1,3}$/.test(prefix ?? "0") || bits > (family === 4 ? 32 : 128)) {
    throw new AddressListError(range);
  }
  list.addSubnet(address, bits, family === 4 ? "ipv4" : "ipv6");
}

export class AddressListError extends EtherlynkError {
  constructor(range: string) {
    super(
      "node.trust-proxy",
      `"${range}" is no address range: write 10.0.0.0/8, 192.0.2.7 or 2001:db8::/32.`,
    );
  }
}
