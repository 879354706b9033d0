import type { ReplyOf, RequestOf } from "../protocol/bus/contract.ts";
import { fromReply, type Reply, toAsk } from "../protocol/bus/envelope.ts";
import type { MarkAskName } from "../protocol/bus/mark-contract.ts";
import type { PageAskName } from "../protocol/bus/page-contract.ts";
import type { Plain } from "../protocol/bus/plain.ts";
import { EtherlynkError } from "../protocol/errors.ts";
import type { AskId } from "../protocol/ids.ts";

export type TabAskName = PageAskName | MarkAskName;

/**
 * Asks the phone from within a page.
 *
 * @throws AskError with the phone's failure; PhoneAwayError
 */
export type AskPhone = <Name extends TabAskName>(name: Name, body: RequestOf<Name>) => Promise<ReplyOf<Name>>;

export interface Phone {
  readonly ask: AskPhone;
  /** Aborts when the extension was updated or removed: this script is of one that is no more. */
  readonly signal: AbortSignal;
}

export function reachPhone(runtime: typeof chrome.runtime): Phone {
  const gone = new AbortController();
  const send = async (name: TabAskName, body: unknown): Promise<Reply | undefined> => {
    const id = createId();
    try {
      const answer: { reply?: Reply } | undefined = await runtime.sendMessage(toAsk(id, name, body as Plain));
      return answer?.reply;
    } catch (error) {
      if (runtime.id === undefined) gone.abort();
      else if (!isNobody(error)) throw error;
      return undefined;
    }
  };
  return {
    signal: gone.signal,
    async ask(name, body) {
      let reply = await send(name, body);
      const isWoken = !reply && (await send("mark.phone.wake", null)) !== undefined;
      for (let turn = 0; isWoken && !reply && turn < patience.turns; turn++) {
        if (turn > 0) await new Promise(resolve => setTimeout(resolve, patience.turnMs));
        reply = await send(name, body);
      }
      if (!reply) throw new PhoneAwayError();
      return fromReply(reply) as never;
    },
  };
}

/** A phone that was just opened reads its database before it answers. */
const patience = { turns: 30, turnMs: 100 } as const;

/** Pages without TLS have no `randomUUID`. */
function createId(): AskId {
  return [...crypto.getRandomValues(new Uint32Array(4))].map(word => word.toString(36)).join("-") as AskId;
}

function isNobody(error: unknown): boolean {
  return error instanceof Error && /does not exist|closed/.test(error.message);
}

export class PhoneAwayError extends EtherlynkError {
  constructor() {
    super("bus.nobody", "Etherlynk does not answer. Reload this page, or restart the browser.");
  }
}
