import { parseBase64Url } from "../../protocol/words/base64url.ts";
import { nodeLinkNonceBytes } from "../../protocol/words/node-link.ts";
import { isP256Key, type P256Key } from "../../protocol/words/p256-key.ts";
import { linkLimits } from "../sip/limits.ts";

/**
 * What two nodes say before SIP flows, each a message of JSON:
 *
 *     caller                        callee
 *       |  hello (who, whom, key, nonce)  |
 *       |-------------------------------->|  a domain it knows, the key it expects: else it hangs up
 *       |  hello, proof                   |
 *       |<--------------------------------|
 *       |  proof                          |
 *       |-------------------------------->|
 *       |  ready                          |
 *       |<--------------------------------|
 */
export type LinkMessage =
  | {
      readonly link: "hello";
      readonly from: string;
      readonly to: string;
      readonly key: P256Key;
      readonly nonce: string;
    }
  | { readonly link: "proof"; readonly signature: Uint8Array }
  | { readonly link: "ready" };

const SIGNATURE_BYTES = 64;

/** `undefined`: no such message. */
export function parseLinkMessage(payload: Buffer): LinkMessage | undefined {
  if (payload.length > linkLimits.handshakeMessageBytes) return undefined;
  const value = parseJson(payload.toString());
  if (typeof value !== "object" || value === null) return undefined;
  const { link, from, to, key, nonce, sig } = value as Record<string, unknown>;
  if (link === "ready") return { link };
  if (link === "proof") {
    const signature = typeof sig === "string" ? parseBase64Url(sig, SIGNATURE_BYTES) : undefined;
    return signature?.length === SIGNATURE_BYTES ? { link, signature } : undefined;
  }
  if (link !== "hello" || !isDomain(from) || !isDomain(to) || !isP256Key(key) || !isNonce(nonce))
    return undefined;
  return { link, from, to, key: { x: key.x, y: key.y }, nonce };
}

export function formatLinkMessage(message: LinkMessage): string {
  if (message.link !== "proof") return JSON.stringify(message);
  return JSON.stringify({ link: message.link, sig: Buffer.from(message.signature).toString("base64url") });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is no JSON is no message either.
    return undefined;
  }
}

function isDomain(value: unknown): value is string {
  return typeof value === "string" && value.length <= 253 && /^[a-z0-9.-]+$/.test(value);
}

function isNonce(value: unknown): value is string {
  return (
    typeof value === "string" && parseBase64Url(value, nodeLinkNonceBytes)?.length === nodeLinkNonceBytes
  );
}
