import { checksum } from "ox/Address";
import { EtherlynkError } from "../errors.ts";
import { isNumber, type NumberText, parseNumber } from "./number.ts";

/** An EVM address in its EIP-55 writing. */
export type AccountText = `0x${string}`;

/** Whom an address reaches. `user` is a plain local part of a node's own, as SIP has them: `sip:bob@node.example`. */
export type Target =
  | { readonly kind: "account"; readonly account: AccountText }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "number"; readonly number: NumberText }
  | { readonly kind: "user"; readonly user: string };

/** What people dial. The domain may be left out of all but a user: the chain knows it. */
export interface Address {
  readonly target: Target;
  /** Host, and port where one was given, in lower case: `node.example`, `127.0.0.1:9000`, `[::1]:9000`. */
  readonly domain?: string;
}

// A name of 255 bytes, three characters each in a URI, and a domain of 255.
const LONGEST_TEXT = 1_100;

/**
 * Reads an address as people type, paste or click it: an account, a name, a number, `user@domain`, or a `sip:`,
 * `sips:` or `tel:` URI. Parameters and headers of a URI are not part of whom it names, and are dropped.
 *
 * @example
 * parseAddress("sip:+999-1234-5678@node.example")
 * // { target: { kind: "number", number: "+99912345678" }, domain: "node.example" }
 * @throws AddressError
 */
export function parseAddress(text: string): Address {
  if (text.length > LONGEST_TEXT) throw new AddressError("address.size", "This address is too long.");
  const trimmed = text.trim();
  const scheme = /^(sips?|tel):/i.exec(trimmed)?.[1]?.toLowerCase();
  if (scheme === undefined && !trimmed.includes("@")) return { target: parseTarget(trimmed) };
  const rest = scheme === undefined ? trimmed : trimmed.slice(scheme.length + 1);
  if (scheme === "tel") return { target: parseTelephone(rest) };
  const at = rest.indexOf("@");
  // `;` and `?` may stand in a user (RFC 3261 §25.1 user-unreserved), so parameters begin behind the `@` only.
  if (at < 0) return { target: parseUser(unescapeUser(beforeParameters(rest))) };
  return {
    target: parseUser(unescapeUser(rest.slice(0, at))),
    domain: parseDomain(beforeParameters(rest.slice(at + 1))),
  };
}

/**
 * Reads an account, a name or a number; a plain word is refused, for it does not say where.
 *
 * @throws AddressError
 */
export function parseTarget(text: string): Target {
  const target = parseUser(text);
  if (target.kind !== "user") return target;
  throw new AddressError(
    "address.where",
    "This does not say where: write a name (alice.eth), a number (+999 …), an account (0x…), or user@domain.",
  );
}

/**
 * Reads the user part of a SIP URI, without its escapes.
 *
 * @throws AddressError
 */
export function parseUser(user: string): Target {
  if (/^0x/i.test(user)) return { kind: "account", account: parseAccount(user) };
  if (/^\+|^999[0-9 ().-]*$/.test(user)) return { kind: "number", number: readNumber(user) };
  if (isName(user)) return { kind: "name", name: lowerAscii(user) };
  if (isUser(user)) return { kind: "user", user };
  throw new AddressError("address.user", "This is no account, name, number or user.");
}

/**
 * Reads an account. In mixed case it must have the right EIP-55 checksum: one wrong letter is another person.
 *
 * @throws AddressError
 */
export function parseAccount(text: string): AccountText {
  if (!/^0x[0-9a-f]{40}$/i.test(text)) {
    throw new AddressError("address.account", "An account is 0x and 40 hexadecimal digits.");
  }
  const digits = text.slice(2);
  const account = checksum(`0x${digits.toLowerCase()}`);
  if (digits === digits.toLowerCase() || digits === digits.toUpperCase() || digits === account.slice(2)) {
    return account;
  }
  throw new AddressError(
    "address.checksum",
    "This account has a typing error: its capital letters do not fit it.",
  );
}

/**
 * The shape of an ENS name: labels and dots. Whether its letters are sound (ENSIP-15) is checked where names are
 * resolved; here is only kept out what would be another kind of address.
 */
export function isName(text: string): boolean {
  if (text.length > 255 || !text.includes(".") || NOT_IN_NAMES.test(text)) return false;
  const labels = text.split(".");
  // An IPv4 address is no name.
  return !labels.includes("") && !/^[0-9]+$/.test(labels.at(-1) ?? "");
}

/** An address in its one written form; equal addresses have equal texts. `parseAddress` reads it back. */
export function formatAddress(address: Address): string {
  if (address.domain !== undefined)
    return `sip:${escapeUser(formatTarget(address.target))}@${address.domain}`;
  const user = formatTarget(address.target);
  return address.target.kind === "user" ? `sip:${escapeUser(user)}` : user;
}

/** Account, name, number or user, without domain or escapes. */
export function formatTarget(target: Target): string {
  switch (target.kind) {
    case "account":
      return target.account;
    case "name":
      return target.name;
    case "number":
      return target.number;
    case "user":
      return target.user;
  }
}

/** The SIP URI of an address; `domain` is used where the address names none. */
export function formatSipUri(address: Address, domain: string): string {
  return `sip:${escapeUser(formatTarget(address.target))}@${address.domain ?? domain}`;
}

/**
 * Reads host and port of a SIP URI.
 *
 * @throws AddressError
 */
export function parseDomain(text: string): string {
  const found =
    /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9_](?:[a-z0-9_.-]{0,253}[a-z0-9_])?\.?)(?::([0-9]{1,5}))?$/i.exec(text);
  const [, host = "", port] = found ?? [];
  const badPort = port !== undefined && (Number(port) < 1 || Number(port) > 65_535);
  if (host === "" || host.includes("..") || badPort) {
    throw new AddressError("address.domain", "What stands behind the @ is no domain.");
  }
  const plain = host.replace(/\.$/, "").toLowerCase();
  return port === undefined ? plain : `${plain}:${Number(port)}`;
}

// Controls, white space, what is not seen or turns the text, and what ends or splits an address. The joiner U+200D
// stays: emoji of several parts are names too, and where it may stand is ENSIP-15's to say.
const NOT_IN_NAMES =
  /[\p{Cc}\p{Cs}\p{Z}\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff@:;/?#[\]\\%<>"',&=+!*()|{}^`~]/u;
const NOT_IN_USERS = /[\p{C}\p{Z}@:\\<>"]/u;

function isUser(text: string): boolean {
  return text !== "" && text.length <= 255 && !NOT_IN_USERS.test(text);
}

function parseTelephone(rest: string): Target {
  const digits = rest.replace(/[;?].*$/s, "");
  if (/^\+?999/.test(digits)) return { kind: "number", number: readNumber(digits) };
  throw new AddressError(
    "address.tel",
    "Only numbers of +999 can be called here; other telephones need a gateway.",
  );
}

function readNumber(text: string): NumberText {
  if (isNumber(text)) return text;
  try {
    return parseNumber(text);
  } catch (cause) {
    throw new AddressError("address.number", "A number is +999 and 4 to 12 digits.", { cause });
  }
}

function beforeParameters(text: string): string {
  return text.replace(/[;?].*$/s, "");
}

function unescapeUser(user: string): string {
  try {
    return decodeURIComponent(user);
  } catch (cause) {
    throw new AddressError("address.escape", "This address has a percent sign that escapes nothing.", {
      cause,
    });
  }
}

// encodeURIComponent leaves RFC 3261's `unreserved` alone; `+` may stand in a user as it is.
function escapeUser(user: string): string {
  return encodeURIComponent(user).replaceAll("%2B", "+");
}

/** ASCII only: other letters are mapped by ENSIP-15, which knows more than lower case. */
function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, letters => letters.toLowerCase());
}

export class AddressError extends EtherlynkError {}
