import { EtherlynkError } from "../errors.ts";
import { type AskId, isAskId } from "../ids.ts";
import { type BusName, isBusName } from "./contract.ts";
import { hasOnly, isPlain, isRecord, type Plain, type PlainLimits } from "./plain.ts";

/** One message of the bus as it travels between contexts. What is not one is somebody else's, and not answered. */
export type Envelope = AskEnvelope | ReplyEnvelope | TellEnvelope;

export interface AskEnvelope {
  readonly etherlynk: typeof busVersion;
  readonly kind: "ask";
  /** Chosen by who asks; the reply bears it. */
  readonly id: AskId;
  readonly name: BusName;
  readonly body: Plain;
}

export interface ReplyEnvelope {
  readonly etherlynk: typeof busVersion;
  readonly kind: "reply";
  readonly id: AskId;
  readonly reply: Reply;
}

export interface TellEnvelope {
  readonly etherlynk: typeof busVersion;
  readonly kind: "tell";
  readonly name: BusName;
  readonly body: Plain;
}

export type Reply =
  | { readonly ok: true; readonly value: Plain }
  | { readonly ok: false; readonly error: Failure };

/** An `EtherlynkError` on its way. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}

/** Grows when an envelope or a meaning changes so that contexts of two versions would misunderstand each other. */
export const busVersion = 1;

/** Between contexts of the extension. A page's are much smaller: page-contract.ts. */
export const busLimits = {
  /** A page of the call log with its contexts, many times over; no media and no file goes this way. */
  characters: 1_000_000,
  values: 50_000,
  depth: 32,
  codeLength: 64,
  messageLength: 1_000,
} as const satisfies PlainLimits & Record<string, number>;

const CODE = /^[a-z]+(?:\.[a-z]+(?:-[a-z]+)*)+$/;

/**
 * The one guard at the entry of every context.
 *
 * @example
 * isEnvelope({ etherlynk: 1, kind: "tell", name: "bus.owner.started", body: { owner: "calls" } }) // true
 */
export function isEnvelope(value: unknown): value is Envelope {
  if (!isRecord(value) || value["etherlynk"] !== busVersion) return false;
  switch (value["kind"]) {
    case "ask":
      return (
        hasOnly(value, ["etherlynk", "kind", "id", "name", "body"]) &&
        isAskId(value["id"]) &&
        isBusName(value["name"]) &&
        isPlain(value["body"], busLimits)
      );
    case "reply":
      return (
        hasOnly(value, ["etherlynk", "kind", "id", "reply"]) &&
        isAskId(value["id"]) &&
        isReply(value["reply"])
      );
    case "tell":
      return (
        hasOnly(value, ["etherlynk", "kind", "name", "body"]) &&
        isBusName(value["name"]) &&
        isPlain(value["body"], busLimits)
      );
    default:
      return false;
  }
}

export function isReply(value: unknown): value is Reply {
  if (!isRecord(value)) return false;
  if (value["ok"] === true) return hasOnly(value, ["ok", "value"]) && isPlain(value["value"], busLimits);
  return value["ok"] === false && hasOnly(value, ["ok", "error"]) && isFailure(value["error"]);
}

export function toAsk(id: AskId, name: BusName, body: Plain): AskEnvelope {
  return { etherlynk: busVersion, kind: "ask", id, name, body };
}

export function toTell(name: BusName, body: Plain): TellEnvelope {
  return { etherlynk: busVersion, kind: "tell", name, body };
}

export function toReply(id: AskId, reply: Reply): ReplyEnvelope {
  return { etherlynk: busVersion, kind: "reply", id, reply };
}

/**
 * What went wrong, as the asker may know it. An `EtherlynkError` says what to do; anything else is a bug, whose
 * text may hold what nobody else should read.
 */
export function toFailure(error: unknown): Failure {
  if (!(error instanceof EtherlynkError) || !CODE.test(error.code)) {
    return { code: "bus.bug", message: "Something went wrong inside the phone. Please report it." };
  }
  return { code: error.code, message: error.message.slice(0, busLimits.messageLength) };
}

/**
 * The value of a reply.
 *
 * @throws AskError where the owner failed, with its code and sentence
 */
export function fromReply(reply: Reply): Plain {
  if (reply.ok) return reply.value;
  throw new AskError(reply.error);
}

function isFailure(value: unknown): value is Failure {
  if (!isRecord(value) || !hasOnly(value, ["code", "message"])) return false;
  const { code, message } = value;
  return (
    typeof code === "string" &&
    code.length <= busLimits.codeLength &&
    CODE.test(code) &&
    typeof message === "string" &&
    message.length <= busLimits.messageLength
  );
}

/** The failure of an owner in another context. */
export class AskError extends EtherlynkError {
  constructor(failure: Failure) {
    super(failure.code, failure.message);
  }
}
