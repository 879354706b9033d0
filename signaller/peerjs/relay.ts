import {
  type ClientMessage,
  formatRelayed,
  PeerMessageError,
  parseClientMessage,
  type RelayedMessage,
  type RelayedType,
} from "../../protocol/peer/peer-message.ts";
import { isHeartbeat, scanRelay } from "../../protocol/peer/relay-scan.ts";

/** What is to be done with a client's message. Pure: who is there, and sending, are the realm's. */
export type Relay =
  | { readonly do: "nothing" }
  /** To `to` go the first `end` bytes as they came, and behind them the tail that names type and sender. */
  | { readonly do: "pass"; readonly to: string; readonly type: RelayedType; readonly end: number }
  /** The same for a message in another shape than stock clients send. */
  | { readonly do: "rewrite"; readonly to: string; readonly text: string }
  | { readonly do: "leave" }
  | { readonly do: "ignore" }
  | { readonly do: "complain"; readonly sentence: string };

const NOTHING: Relay = { do: "nothing" };
const LEAVE: Relay = { do: "leave" };
const IGNORE: Relay = { do: "ignore" };

/** Reads a client's message just enough to route it. `src` is who sent it, whatever the message says. */
export function relay(message: Buffer, src: string): Relay {
  if (isHeartbeat(message)) return NOTHING;
  const found = scanRelay(message);
  if (found === undefined) return relaySlowly(message.toString(), src);
  const { type, end } = found;
  return { do: "pass", to: message.toString("latin1", found.dstStart, found.dstEnd), type, end };
}

/** The same message read wholly, for whoever needs more of it than its destination. */
export function readRelayed(message: Buffer): RelayedMessage | undefined {
  const read = parse(message.toString());
  return "payload" in read ? read : undefined;
}

function relaySlowly(text: string, src: string): Relay {
  const message = parse(text);
  if (message instanceof PeerMessageError) return { do: "complain", sentence: message.message };
  switch (message.type) {
    case "HEARTBEAT":
      return NOTHING;
    case "LEAVE":
      // To nobody: its own goodbye. To somebody: one such message would end a stranger's call.
      return message.dst === undefined ? LEAVE : IGNORE;
    case "EXPIRE":
      return IGNORE;
    default:
      return { do: "rewrite", to: message.dst, text: formatRelayed(text, message, src) };
  }
}

function parse(text: string): ClientMessage | PeerMessageError {
  try {
    return parseClientMessage(text);
  } catch (error) {
    if (error instanceof PeerMessageError) return error;
    throw error;
  }
}
