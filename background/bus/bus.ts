import {
  type AskName,
  type BusName,
  isBusName,
  ownerOf,
  type PayloadOf,
  type ReplyOf,
  type RequestOf,
  type TellName,
} from "../../protocol/bus/contract.ts";
import {
  type AskEnvelope,
  fromReply,
  isEnvelope,
  isReply,
  type Reply,
  type ReplyEnvelope,
  toAsk,
  toFailure,
  toReply,
  toTell,
} from "../../protocol/bus/envelope.ts";
import { isRecord, type Plain } from "../../protocol/bus/plain.ts";
import { EtherlynkError } from "../../protocol/errors.ts";
import type { AskId } from "../../protocol/ids.ts";
import type { Asker, Trust } from "./trust.ts";
import type { Wire, WireSender } from "./wire.ts";

/** One context's end of the bus. */
export interface Bus {
  /** @throws AskError with the owner's failure; NobodyError */
  ask<Name extends AskName>(name: Name, request: RequestOf<Name>): Promise<ReplyOf<Name>>;
  /** To all who listen, in this context and the others. */
  tell<Name extends TellName>(name: Name, payload: PayloadOf<Name>): void;
  /** This context owns the name until the signal aborts. */
  answer<Name extends AskName>(name: Name, answer: Answer<Name>, signal: AbortSignal): void;
  listen<Name extends TellName>(
    name: Name,
    listener: (payload: PayloadOf<Name>) => void,
    signal: AbortSignal,
  ): void;
}

export type Answer<Name extends AskName> = (
  request: RequestOf<Name>,
  asker: Asker,
) => ReplyOf<Name> | Promise<ReplyOf<Name>>;

export interface BusOptions {
  readonly wire: Wire;
  readonly trust: Trust;
  readonly newId: () => AskId;
  /** Hears what no asker will: a listener that threw, a message that could not be sent, a bug in an answer. */
  readonly failed: (name: string, error: unknown) => void;
  /** Brings the owner of a name to life where nobody answered; the question is then asked once more. */
  readonly wake?: (owner: string) => Promise<void>;
  readonly signal: AbortSignal;
}

type AnyAnswer = (request: Plain, asker: Asker) => unknown;
type AnyListener = (payload: Plain) => void;

const own: Asker = { kind: "extension" };

export function createBus(options: BusOptions): Bus {
  const answers = new Map<string, AnyAnswer>();
  const listeners = new Map<string, Set<AnyListener>>();
  const here: Here = { options, answers, listeners };
  options.wire.receive((message, sender) => receive(here, message, sender), options.signal);
  return {
    async ask(name, request) {
      const envelope = toAsk(options.newId(), name, request as Plain);
      return fromReply(await askAnywhere(here, envelope)) as ReplyOf<typeof name>;
    },
    tell(name, payload) {
      const envelope = toTell(name, payload as Plain);
      hear(here, name, envelope.body);
      options.wire.send(envelope).catch((error: unknown) => options.failed(name, error));
    },
    answer(name, answer, signal) {
      if (answers.has(name)) throw new Error(`${name} has two owners`);
      answers.set(name, answer as AnyAnswer);
      signal.addEventListener("abort", () => answers.delete(name), { once: true });
    },
    listen(name, listener, signal) {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set.add(listener as AnyListener));
      signal.addEventListener("abort", () => set.delete(listener as AnyListener), { once: true });
    },
  };
}

interface Here {
  readonly options: BusOptions;
  readonly answers: ReadonlyMap<string, AnyAnswer>;
  readonly listeners: ReadonlyMap<string, ReadonlySet<AnyListener>>;
}

/** In Firefox the worker and the phone are one context, and the browser brings no message to its own sender. */
async function askAnywhere(here: Here, envelope: AskEnvelope): Promise<Reply> {
  const answer = here.answers.get(envelope.name);
  if (answer) return (await reply(here, envelope, { answer, asker: own })).reply;
  const { wake } = here.options;
  const first = await askOthers(here, envelope);
  if (first || !wake) return first ?? nobody(envelope.name);
  await wake(ownerOf(envelope.name));
  return (await askOthers(here, envelope)) ?? nobody(envelope.name);
}

async function askOthers({ options }: Here, envelope: AskEnvelope): Promise<Reply | undefined> {
  const message = await options.wire.send(envelope);
  const isOurs = isEnvelope(message) && message.kind === "reply" && message.id === envelope.id;
  return isOurs && isReply(message.reply) ? message.reply : undefined;
}

function nobody(name: BusName): Reply {
  return { ok: false, error: toFailure(new NobodyError(ownerOf(name))) };
}

/** The one guard at the entry: what is not an envelope, or from nobody known, gets no answer at all. */
function receive(here: Here, message: unknown, sender: WireSender): Promise<ReplyEnvelope> | undefined {
  const asker = here.options.trust.sort(sender);
  if (asker === undefined || !mayBeOurs(here, message, asker) || !isEnvelope(message)) return undefined;
  if (message.kind === "tell" && asker.kind === "extension") hear(here, message.name, message.body);
  const answer = message.kind === "ask" ? here.answers.get(message.name) : undefined;
  return answer && message.kind === "ask" ? reply(here, message, { answer, asker }) : undefined;
}

/** Looks at the name before it looks at all the rest: each message reaches every context, and most are not for it. */
function mayBeOurs({ answers, listeners }: Here, message: unknown, asker: Asker): boolean {
  if (!isRecord(message) || !isBusName(message["name"])) return false;
  const { name } = message;
  return answers.has(name) || (asker.kind === "extension" && listeners.has(name));
}

async function reply(
  { options }: Here,
  ask: AskEnvelope,
  { answer, asker }: { answer: AnyAnswer; asker: Asker },
): Promise<ReplyEnvelope> {
  try {
    const value = {
      ok: true,
      value: (await answer(options.trust.admit(ask, asker), asker)) as Plain,
    } as const;
    if (!isReply(value)) throw new Error(`The answer to ${ask.name} is no plain data, or too much`);
    return toReply(ask.id, value);
  } catch (error) {
    if (!(error instanceof EtherlynkError)) options.failed(ask.name, error);
    return toReply(ask.id, { ok: false, error: toFailure(error) });
  }
}

function hear({ listeners, options }: Here, name: string, payload: Plain): void {
  for (const listener of listeners.get(name) ?? []) {
    try {
      listener(payload);
    } catch (error) {
      options.failed(name, error);
    }
  }
}

/** The owner's context is not there, and could not be brought to life. */
export class NobodyError extends EtherlynkError {
  constructor(owner: string) {
    super(
      "bus.nobody",
      `Etherlynk's ${owner} does not answer. Open Etherlynk again, or restart the browser.`,
    );
  }
}
