import type { CallId } from "../../protocol/ids.ts";
import type { NumberNews } from "../../protocol/sip/reg-info.ts";
import type { Context } from "../../protocol/words/context.ts";
import type { LineState } from "../sip/line-state.ts";
import type { CallRecord } from "./ports.ts";

/** What people do with a call that is there, beside accepting it. */
export type CallAct = "decline" | "hang-up" | "hold" | "resume";

/** All of the phone that a feature, a panel or a test may touch. */
export interface PhoneKit {
  readonly line: {
    get(): LineState;
    start(): void;
    /** Signs out; calls go on as long as they can. */
    stop(): void;
    watch(listener: (state: LineState) => void, signal: AbortSignal): void;
  };
  readonly numbers: {
    /** What the line's node says of numbers that have changed hands. It is the node's word: the chain has the last. */
    watch(listener: (news: readonly NumberNews[]) => void, signal: AbortSignal): void;
  };
  readonly calls: {
    list(): readonly CallRecord[];
    /** Every change of every call, in order. */
    watch(listener: (record: CallRecord) => void, signal: AbortSignal): void;
  };
  /**
   * Calls, or accepts whom it is being called by.
   *
   * @throws AddressError or DialError, with a sentence for whoever dialled
   */
  dial(address: string, context?: Context): CallId;
  /** Talks, and puts whoever was talked to before on hold. */
  accept(id: CallId): void;
  tell(id: CallId, act: CallAct): void;
  /** The chain has another block: what it says of the people in calls is asked anew. */
  lookAgain(): void;
  /** The machine woke up, or may have another network: a connection that has died is replaced, and so are calls' paths. */
  nudge(): void;
}
