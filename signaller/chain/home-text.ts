import { isIPv4, isIPv6 } from "node:net";

/** A host name in lower case, as entries on the chain must have it; an entry is anybody's words. */
export function isDomain(text: string): boolean {
  return text.length <= 253 && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(text);
}

/** A node opens WebSockets and nothing else, with nobody's password. */
export function isNodeUrl(text: string): boolean {
  return /^wss?:\/\/[^\s/@#]+(\/[^\s#]*)?$/.test(text) && URL.canParse(text);
}

/** The chain is anybody's to write on: it must not send a node to the machines behind its own wall. */
export function isPublicUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url?.protocol !== "wss:") return false;
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (isIPv6(host)) return /^[23]/.test(host);
  if (!isIPv4(host))
    return host.includes(".") && !/\.(local|localhost|internal|lan|home|arpa)\.?$/.test(host);
  const [first = 0, second = 0] = host.split(".").map(Number);
  const isPrivate =
    [0, 10, 127].includes(first) ||
    first >= 224 ||
    (first === 100 && second >= 64 && second < 128) ||
    (first === 169 && second === 254) ||
    (first === 172 && second >= 16 && second < 32) ||
    (first === 192 && second === 168);
  return !isPrivate;
}
