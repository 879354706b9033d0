import type { ByteText } from "../../protocol/sip/message.ts";
import { SipParseError } from "../../protocol/sip/sip-parse-error.ts";
import { parseUri, type SipUri, unescapeUri } from "../../protocol/sip/uri.ts";

/** A name of 255 bytes is the longest user; what is longer is nobody's. */
const USER_LENGTH = 255;
const ACCOUNT = /^0x[0-9a-f]{40}$/i;

/**
 * The one form of a user part that the registrar knows it by. Accounts and names have no case; of numbers the
 * visual separators go. Everybody else is written exactly (RFC 3261 §19.1.4). `undefined`: nobody has this user.
 */
export function toUserKey(written: ByteText | undefined): string | undefined {
  if (written === undefined || written.length > USER_LENGTH) return undefined;
  const user = unescapeUri(written);
  const first = user.charCodeAt(0);
  // "+": a number.
  if (first === 0x2b) return user.replace(/[-.() ]/g, "");
  return isAccountKey(user) || user.includes(".") ? user.toLowerCase() : user;
}

export function isAccountKey(user: string): boolean {
  return user.length === 42 && ACCOUNT.test(user);
}

/** A name or a number: the chain says whose it is, and so only the chain may give it away. */
export function isChainKey(user: string): boolean {
  return user.startsWith("+") || user.includes(".");
}

/** A host as it is compared: lower case, no final dot. */
export function toHostKey({ host }: SipUri): string {
  return host.endsWith(".") ? host.slice(0, -1) : host;
}

/** What requests to a device's Contact are found by: parameters differ between its REGISTER and its INVITE. */
export function toContactKey(uri: SipUri): string {
  return `${uri.user ?? ""}@${toHostKey(uri)}${uri.port === undefined ? "" : `:${uri.port}`}`;
}

/** Reads a SIP address; `undefined` where it is another kind, or none. */
export function toSipUri(text: ByteText): SipUri | undefined {
  try {
    const uri = parseUri(text);
    return uri.kind === "sip" ? uri : undefined;
  } catch (error) {
    if (error instanceof SipParseError) return undefined;
    throw error;
  }
}
