import { createRequire } from "node:module";
import { prependHeader, withHeader } from "../protocol/sip/edit-message.ts";
import { maxForwards } from "../protocol/sip/fields.ts";
import { formatMessage } from "../protocol/sip/format-message.ts";
import { parseMessage } from "../protocol/sip/parse-message.ts";

/** One message in, the same with one more Via and one hop less out. */
export type Hop = (received: Buffer) => Buffer;

export const hops = {
  /** The parser that passes RFC 4475: every field of the start line and of the headers it names is checked. */
  etherlynk: hopByEtherlynk,
  /** Keeps headers as strings and checks nothing. */
  "drachtio-sip": createDrachtioHop(),
  /** A generated PEG parser of each header it knows. */
  jssip: createJssipHop(),
  /** The same grammar, newer generator. */
  "sip.js": createSipJsHop(),
  /** Finds the lines and the two headers to change, and copies all else: what no parser can beat. */
  "span-scan": hopBySpans,
} satisfies Record<string, Hop>;

const via = "SIP/2.0/WS node7.node.example;branch=z9hG4bK7d3f0c55a1";

function hopByEtherlynk(received: Buffer): Buffer {
  const message = parseMessage(received.toString("latin1"), { bytes: received });
  const pushed = prependHeader(message, "Via", via);
  const counted = withHeader(pushed, "Max-Forwards", String((maxForwards(message) ?? 70) - 1));
  return Buffer.from(formatMessage(counted), "latin1");
}

function createDrachtioHop(): Hop {
  interface Message {
    readonly headers: Record<string, string>;
    toString(): string;
  }
  const require = createRequire(import.meta.url);
  const { SipMessage }: { SipMessage: new (text: string) => Message } = require("drachtio-sip");
  return received => {
    const message = new SipMessage(received.toString("utf8"));
    const { headers } = message;
    headers["via"] = `${via},${headers["via"]}`;
    headers["max-forwards"] = String(Number(headers["max-forwards"]) - 1);
    return Buffer.from(message.toString(), "utf8");
  };
}

/** What JsSIP and SIP.js make of a message: neither writes out again what it has read, so we do. */
interface IncomingRequest {
  readonly method: string;
  readonly ruri: { toString(): string };
  readonly headers: Record<string, { raw: string }[]>;
  readonly body: string;
}

function createJssipHop(): Hop {
  const require = createRequire(import.meta.url);
  const parser: { parseMessage(text: string, agent: object): IncomingRequest | undefined } =
    require("jssip/lib/Parser");
  return received => writeIncoming(parser.parseMessage(received.toString("utf8"), {}));
}

function createSipJsHop(): Hop {
  const require = createRequire(import.meta.url);
  const { Parser }: { Parser: { parseMessage(text: string, log: object): IncomingRequest | undefined } } =
    require("sip.js/lib/core/messages/parser.js");
  const log = { warn: () => undefined, error: () => undefined };
  return received => writeIncoming(Parser.parseMessage(received.toString("utf8"), log));
}

function writeIncoming(message: IncomingRequest | undefined): Buffer {
  if (message === undefined) throw new Error("The peer did not read the message.");
  const { headers } = message;
  headers["Via"]?.unshift({ raw: via });
  const hops = headers["Max-Forwards"]?.[0];
  if (hops !== undefined) hops.raw = String(Number(hops.raw) - 1);
  let text = `${message.method} ${message.ruri.toString()} SIP/2.0\r\n`;
  for (const name in headers) {
    for (const { raw } of headers[name] ?? []) text += `${name}: ${raw}\r\n`;
  }
  return Buffer.from(`${text}\r\n${message.body}`, "utf8");
}

function hopBySpans(received: Buffer): Buffer {
  const text = received.toString("latin1");
  const start = text.indexOf("\r\n") + 2;
  let viaAt = 0;
  let hopsAt = 0;
  let hopsEnd = 0;
  let at = start;
  for (;;) {
    const end = text.indexOf("\r\n", at);
    if (end === at) break;
    const first = text.charCodeAt(at) | 0x20;
    if (first === 118 && viaAt === 0 && text.startsWith("Via:", at)) viaAt = at;
    if (first === 109 && text.startsWith("Max-Forwards:", at)) {
      hopsAt = at + 13;
      hopsEnd = end;
    }
    at = end + 2;
  }
  const left = Number(text.slice(hopsAt, hopsEnd)) - 1;
  const out = `${text.slice(0, viaAt)}Via: ${via}\r\n${text.slice(viaAt, hopsAt)} ${left}${text.slice(hopsEnd)}`;
  return Buffer.from(out, "latin1");
}
