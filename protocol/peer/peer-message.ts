import { EtherlynkError } from "../errors.ts";
import { peerLimits } from "./limits.ts";
import { isPeerId } from "./peer-id.ts";

/**
 * The PeerJS wire as stock clients 1.3.2, 1.4.7 and 1.5.5 speak it: one JSON object per text frame. They send
 * OFFER, ANSWER, CANDIDATE (`{type, payload, dst}`, in this order) and HEARTBEAT (`{type}`); the node sends
 * these on with `src`, and OPEN, ID-TAKEN, INVALID-KEY, ERROR, EXPIRE and LEAVE of its own. LEAVE and EXPIRE of
 * a client belong to the wire too, though no stock client sends them and no node relays them.
 */
export type RelayedType = "OFFER" | "ANSWER" | "CANDIDATE";

export interface RelayedMessage {
  readonly type: RelayedType;
  /** Any text: a peer id, a SIP address, a name, a number or an account; see `classifyDestination`. */
  readonly dst: string;
  /** Not looked at: between two PeerJS clients it passes as it is. `peer-payload.ts` reads it for SIP. */
  readonly payload: unknown;
}

export type ClientMessage =
  | RelayedMessage
  | { readonly type: "LEAVE" | "EXPIRE"; readonly dst: string | undefined }
  | { readonly type: "HEARTBEAT" };

export type ServerMessage =
  | { readonly type: "OPEN" }
  | { readonly type: "ID-TAKEN" | "INVALID-KEY" | "ERROR"; readonly payload: { readonly msg: string } }
  | { readonly type: "LEAVE" | "EXPIRE"; readonly src: string; readonly dst?: string }
  | { readonly type: RelayedType; readonly payload: unknown; readonly src: string; readonly dst?: string };

/**
 * Reads what a client sent. `text` is a whole text frame.
 *
 * @throws PeerMessageError for anything that is not a message of this wire or is above its size
 */
export function parseClientMessage(text: string): ClientMessage {
  const value = parseObject(text);
  const type = value["type"];
  if (typeof type !== "string" || !isClientType(type)) {
    throw new PeerMessageError("peer.type", "This message has no type that a PeerJS client may send.");
  }
  if (text.length > maxMessageBytes(type)) throw tooLarge(type);
  if (type === "HEARTBEAT") return { type };
  if (type === "LEAVE" || type === "EXPIRE") return { type, dst: readDestination(value["dst"], true) };
  const payload = value["payload"];
  if (!isObject(payload)) {
    throw new PeerMessageError("peer.payload", `A message ${type} needs a payload that is an object.`);
  }
  return { type, dst: readDestination(value["dst"], false) ?? "", payload };
}

/**
 * Reads what a node sent, for a client of our own.
 *
 * @throws PeerMessageError
 */
export function parseServerMessage(text: string): ServerMessage {
  const value = parseObject(text);
  const { type, src, payload } = value;
  if (type === "OPEN") return { type };
  if (type === "ID-TAKEN" || type === "INVALID-KEY" || type === "ERROR") {
    const msg = isObject(payload) && typeof payload["msg"] === "string" ? payload["msg"].slice(0, 200) : "";
    return { type, payload: { msg } };
  }
  if (type === "LEAVE" || type === "EXPIRE") return { type, src: readSource(src) };
  if (type === "OFFER" || type === "ANSWER" || type === "CANDIDATE") {
    if (text.length > maxMessageBytes(type)) throw tooLarge(type);
    if (isObject(payload)) return { type, src: readSource(src), payload };
    throw new PeerMessageError("peer.payload", `A message ${type} needs a payload that is an object.`);
  }
  throw new PeerMessageError("peer.type", "This message has no type that a PeerJS server sends.");
}

/** The text frame of a message from the node. */
export function formatServerMessage(message: ServerMessage): string {
  return JSON.stringify(message);
}

/**
 * A client's OFFER, ANSWER or CANDIDATE as its destination gets it: its own text untouched, and behind it the
 * type, source and destination that the node read. `JSON.parse` keeps the last of equal keys, so that nothing a
 * client wrote about them counts. `text` must be one that `parseClientMessage` accepted.
 */
export function formatRelayed(text: string, message: RelayedMessage, src: string): string {
  const tail = `,"dst":${JSON.stringify(message.dst)}${formatRelayTail(message.type, src)}`;
  return text.slice(0, text.lastIndexOf("}")) + tail;
}

/** What takes the place of the last `}` of a relayed message; a node makes it once per client and type. */
export function formatRelayTail(type: RelayedType, src: string): string {
  return `,"type":"${type}","src":${JSON.stringify(src)}}`;
}

/** The most bytes a frame of this type may have. */
export function maxMessageBytes(type: ClientMessage["type"]): number {
  if (type === "OFFER") return peerLimits.offerBytes;
  if (type === "ANSWER") return peerLimits.answerBytes;
  return type === "CANDIDATE" ? peerLimits.candidateBytes : peerLimits.controlBytes;
}

/** What a stock client's query says (`?key=…&id=…&token=…&version=…`), once it is sound. */
export interface PeerHello {
  readonly id: string;
  readonly token: string;
  readonly key: string;
}

/**
 * Reads the query of a client's WebSocket URL.
 *
 * @throws PeerMessageError with a sentence that the client may be shown in an ERROR
 */
export function toPeerHello(query: { get(name: string): string | null }): PeerHello {
  const [id, token, key] = [query.get("id"), query.get("token"), query.get("key")];
  if (!id || !token || !key) {
    throw new PeerMessageError("peer.hello", "No id, token, or key supplied to websocket server");
  }
  if (!isPeerId(id)) {
    throw new PeerMessageError(
      "peer.id",
      "This id is not allowed: use letters and digits with single dashes, and nothing that reads as a number or an account.",
    );
  }
  if (token.length > peerLimits.tokenLength || key.length > peerLimits.keyLength) {
    throw new PeerMessageError("peer.hello", "The token or the key is too long.");
  }
  return { id, token, key };
}

function isClientType(type: string): type is ClientMessage["type"] {
  switch (type) {
    case "OFFER":
    case "ANSWER":
    case "CANDIDATE":
    case "LEAVE":
    case "EXPIRE":
    case "HEARTBEAT":
      return true;
    default:
      return false;
  }
}

function parseObject(text: string): Record<string, unknown> {
  if (text.length > peerLimits.messageBytes) throw tooLarge("PeerJS message");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new PeerMessageError("peer.json", "This message is not JSON.", { cause });
  }
  if (isObject(value)) return value;
  throw new PeerMessageError("peer.json", "A PeerJS message is a JSON object.");
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readDestination(dst: unknown, optional: boolean): string | undefined {
  if (optional && (dst === undefined || dst === null)) return undefined;
  if (typeof dst === "string" && dst !== "" && dst.length <= peerLimits.destinationLength) return dst;
  throw new PeerMessageError("peer.dst", "This message does not say, in dst, whom it is for.");
}

function readSource(src: unknown): string {
  const source = readDestination(src, true);
  if (source !== undefined) return source;
  throw new PeerMessageError("peer.src", "This message does not say, in src, whom it is from.");
}

function tooLarge(what: string): PeerMessageError {
  return new PeerMessageError("peer.size", `This ${what} is larger than this wire allows.`);
}

export class PeerMessageError extends EtherlynkError {}
