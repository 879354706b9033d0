import { peerLimits } from "./limits.ts";
import { maxMessageBytes, type RelayedType } from "./peer-message.ts";

/** Where a message's destination stands, as offsets into its bytes. */
export interface RelayScan {
  readonly type: RelayedType;
  /** The id's first byte, and the byte behind its last one. It consists of peer id characters (ASCII) only. */
  readonly dstStart: number;
  readonly dstEnd: number;
  /** The last `}`: what is sent on is the bytes before it and `formatRelayTail(type, src)`. */
  readonly end: number;
}

// `{"type":"OFFER","payload":{`: behind the type's name, and behind the smallest payload, the destination.
const PREFIX = bytesOf('{"type":"');
const PAYLOAD = bytesOf('","payload":{');
const SUFFIX = bytesOf('},"dst":"');
const TYPES = [
  { type: "CANDIDATE", name: bytesOf("CANDIDATE") },
  { type: "OFFER", name: bytesOf("OFFER") },
  { type: "ANSWER", name: bytesOf("ANSWER") },
] as const;

const QUOTE = 0x22;
const BRACE = 0x7d;

/**
 * Finds type and destination of a relayed message without reading its payload: the type from the start, `dst`
 * from the end, where stock clients put them. Anything else is `undefined`, "take the slow path"
 * (`parseClientMessage`).
 *
 * Why this is enough: in valid JSON a last byte `}` closes the root object; a quote before it that no backslash
 * precedes ends a string; so `},"dst":"…"}` at the end is the root's last member, and the last of equal keys
 * wins. The type found at the start is appended again behind it with the true source, hence a second `type` or
 * `src` inside cannot win. Bytes that are no valid JSON stay invalid whatever is appended, and the receiver's
 * `JSON.parse` refuses them.
 */
export function scanRelay(bytes: Uint8Array): RelayScan | undefined {
  const end = bytes.length - 1;
  if (bytes[end] !== BRACE || bytes[end - 1] !== QUOTE || !matches(bytes, PREFIX, 0)) return undefined;
  const found = bytes[9] === 0x43 ? TYPES[0] : bytes[9] === 0x4f ? TYPES[1] : TYPES[2];
  const nameEnd = PREFIX.length + found.name.length;
  if (!matches(bytes, found.name, PREFIX.length) || !matches(bytes, PAYLOAD, nameEnd)) return undefined;
  if (bytes.length > maxMessageBytes(found.type)) return undefined;
  const dstStart = findIdStart(bytes, end - 1);
  const suffixStart = dstStart - SUFFIX.length;
  // The brace before `,"dst"` closes something that was opened at or behind the payload's own brace.
  if (suffixStart < nameEnd + PAYLOAD.length || !matches(bytes, SUFFIX, suffixStart)) return undefined;
  return { type: found.type, dstStart, dstEnd: end - 1, end };
}

/** The exact bytes of a stock client's heartbeat, the most frequent message of an idle node. */
export function isHeartbeat(bytes: Uint8Array): boolean {
  return bytes.length === HEARTBEAT.length && matches(bytes, HEARTBEAT, 0);
}

const HEARTBEAT = bytesOf('{"type":"HEARTBEAT"}');

/** Walks back over peer id characters; -1 where none or too many are found. */
function findIdStart(bytes: Uint8Array, idEnd: number): number {
  const lowest = idEnd - peerLimits.idLength;
  let at = idEnd;
  while (at > 0 && at >= lowest && isIdByte(bytes[at - 1] ?? 0)) at -= 1;
  return at === idEnd || at < lowest ? -1 : at;
}

function isIdByte(byte: number): boolean {
  if (byte >= 0x61) return byte <= 0x7a;
  if (byte >= 0x41) return byte <= 0x5a || byte === 0x5f;
  if (byte >= 0x30) return byte <= 0x39;
  return byte === 0x2d || byte === 0x20;
}

function matches(bytes: Uint8Array, wanted: Uint8Array, at: number): boolean {
  for (let i = 0; i < wanted.length; i += 1) {
    if (bytes[at + i] !== wanted[i]) return false;
  }
  return true;
}

function bytesOf(ascii: string): Uint8Array {
  return Uint8Array.from(ascii, char => char.charCodeAt(0));
}
