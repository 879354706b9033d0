import type { ByteText } from "../../protocol/sip/message.ts";
import { reasonPhrase } from "../../protocol/sip/reason-phrases.ts";
import type { SipParseError } from "../../protocol/sip/sip-parse-error.ts";

const NEEDED: Readonly<Record<string, string>> = {
  via: "Via",
  v: "Via",
  from: "From",
  f: "From",
  to: "To",
  t: "To",
  "call-id": "Call-ID",
  i: "Call-ID",
  cseq: "CSeq",
};
const MOST_LINES = 160;
const MOST_BYTES = 8_192;

/**
 * The answer to a request that could not be read (RFC 3261 §8.1.3.4, §16.3 step 1): what a response needs of it is
 * copied as it stands. `undefined` where that cannot be found, or where no answer is due (responses, ACK).
 */
export function formatMalformedAnswer(
  text: ByteText,
  { status, message }: SipParseError,
): ByteText | undefined {
  if (status === undefined) return undefined;
  const head = text.slice(0, MOST_BYTES);
  const start = head.search(/[^\r\n]/);
  if (start < 0 || /^(?:ACK[ \t]|SIP\/)/i.test(head.slice(start, start + 4))) return undefined;
  // A fold goes on with the line before it; it is undone like in any message.
  const lines = head
    .slice(start)
    .replace(/\r\n[ \t]+/g, " ")
    .split("\r\n", MOST_LINES)
    .slice(1);
  const found: string[] = [];
  const kinds = new Set<string>();
  for (const line of lines) {
    if (line === "") break;
    const colon = line.indexOf(":");
    const name = NEEDED[line.slice(0, Math.max(colon, 0)).trim().toLowerCase()];
    if (name === undefined || (kinds.has(name) && name !== "Via")) continue;
    const value = line.slice(colon + 1).trim();
    if (value === "" || hasControls(value)) return undefined;
    kinds.add(name);
    found.push(`${name}: ${value}`);
  }
  if (kinds.size !== 5) return undefined;
  const words = message
    .replace(/["\\]/g, "'")
    .replace(/[^\x20-\x7e]/g, "?")
    .slice(0, 200);
  return [
    `SIP/2.0 ${status} ${reasonPhrase(status)}`,
    ...found,
    `Warning: 399 etherlynk "${words}"`,
    "Content-Length: 0",
    "\r\n",
  ].join("\r\n");
}

/** They would be a line of ours to whoever reads the answer. */
function hasControls(value: ByteText): boolean {
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if ((code < 32 && code !== 9) || code === 127) return true;
  }
  return false;
}
