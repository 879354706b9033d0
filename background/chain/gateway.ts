import * as AbiParameters from "ox/AbiParameters";
import { isRecord } from "../../protocol/bus/plain.ts";
import { ChainError, type Hex } from "./chain.ts";
import { isHex } from "./json-rpc.ts";
import { gatewayLimits } from "./limits.ts";
import { readBounded } from "./read-bounded.ts";

/** `OffchainLookup` (EIP-3668): a resolver that wants to be asked again, with what one of these gateways says. */
export interface Lookup {
  readonly sender: Hex;
  readonly urls: readonly string[];
  readonly callData: Hex;
  readonly callback: Hex;
  readonly extraData: Hex;
}

export interface GatewayOptions {
  readonly signal: AbortSignal;
  /** For development and tests: gateways on this machine, without TLS. */
  readonly loopback: boolean;
}

/**
 * Asks a resolver's gateways, one after the other, and returns the call with which the first answer goes back to it.
 *
 * @throws ChainError
 */
export async function askGateways(revert: Hex, resolver: Hex, options: GatewayOptions): Promise<Hex> {
  const lookup = parseLookup(revert);
  // EIP-3668: an answer goes to whom the revert came from, else one contract could use another's gateway.
  if (lookup.sender.toLowerCase() !== resolver.toLowerCase()) throw notUnderstood();
  const urls = lookup.urls.slice(0, gatewayLimits.mostUrls);
  for (const url of urls) {
    const data = await askOne(url, lookup, options);
    if (data !== undefined) return `${lookup.callback}${encodeCallback(data, lookup.extraData)}`;
  }
  throw new ChainError(
    "chain.gateway",
    "This name is kept outside the chain, and the server that keeps it did not answer. Try again later.",
  );
}

function encodeCallback(data: Hex, extraData: Hex): string {
  return AbiParameters.encode([{ type: "bytes" }, { type: "bytes" }], [data, extraData]).slice(2);
}

function parseLookup(revert: Hex): Lookup {
  try {
    const [sender, urls, callData, callback, extraData] = AbiParameters.decode(
      lookupType,
      `0x${revert.slice(2 + 8)}`,
    );
    return { sender, urls, callData, callback, extraData };
  } catch (cause) {
    throw notUnderstood(cause);
  }
}

/** One gateway's answer; nothing where it has none, or must not be asked. */
async function askOne(template: string, lookup: Lookup, options: GatewayOptions): Promise<Hex | undefined> {
  const url = toUrl(template, lookup);
  if (url === undefined || !isAllowed(url, options.loopback)) return undefined;
  const isPost = !template.includes("{data}");
  const { sender, callData: data } = lookup;
  try {
    const response = await fetch(url, {
      ...(isPost
        ? {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({ data, sender }),
          }
        : {}),
      signal: AbortSignal.any([options.signal, AbortSignal.timeout(gatewayLimits.answerMs)]),
      credentials: "omit",
      // A redirect would lead past `isAllowed`.
      redirect: "error",
      referrerPolicy: "no-referrer",
    });
    const text = await readBounded(response, gatewayLimits.answerBytes);
    return response.ok && text !== undefined ? readData(text) : undefined;
  } catch {
    // Whatever it is that ails one gateway, the next may be sound; the caller's own end is not an ailment.
    options.signal.throwIfAborted();
    return undefined;
  }
}

function readData(text: string): Hex | undefined {
  const answer: unknown = JSON.parse(text);
  return isRecord(answer) && isHex(answer["data"]) ? answer["data"] : undefined;
}

function toUrl(template: string, { sender, callData }: Lookup): URL | undefined {
  if (template.length > gatewayLimits.urlCharacters) return undefined;
  return (
    URL.parse(template.replaceAll("{sender}", sender.toLowerCase()).replaceAll("{data}", callData)) ??
    undefined
  );
}

/**
 * Whoever holds a name chooses what this phone would fetch: never what stands in the user's own network. A public
 * name may still lead there, which a browser does not let us see; it gets no more than a question of ENS's.
 */
function isAllowed({ protocol, hostname, username, password }: URL, loopback: boolean): boolean {
  if (username !== "" || password !== "") return false;
  const isLoopback = /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname);
  if (isLoopback) return loopback && (protocol === "http:" || protocol === "https:");
  const isLiteral = hostname.startsWith("[") || /^[0-9.]+$/.test(hostname);
  const isLocal = !hostname.includes(".") || /\.(localhost|local|internal|home\.arpa|lan)\.?$/.test(hostname);
  return protocol === "https:" && !isLiteral && !isLocal;
}

function notUnderstood(cause?: unknown): ChainError {
  return new ChainError(
    "chain.lookup",
    "This name is kept outside the chain in a way that this phone does not understand.",
    { cause },
  );
}

const lookupType = [
  { name: "sender", type: "address" },
  { name: "urls", type: "string[]" },
  { name: "callData", type: "bytes" },
  { name: "callbackFunction", type: "bytes4" },
  { name: "extraData", type: "bytes" },
] as const;
