import type { Call } from "../../protocol/call/call.ts";
import type { EndReason } from "../../protocol/call/end-reason.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { AccountText } from "../../protocol/number/address.ts";
import type { Context } from "../../protocol/words/context.ts";
import type { Resolved } from "../chain/resolved.ts";
import type { MediaPort } from "../media/media-port.ts";
import type { Remembered } from "../store/replay-memory.ts";

/** What a call shows to people, beside its machine. Times in milliseconds since 1970. */
export interface CallRecord {
  readonly id: CallId;
  readonly call: Call;
  /** Whom it is with, as it was dialled or claimed; `call.proof` says whether it is proven. */
  readonly address: string;
  readonly context: Context | undefined;
  /** It comes from a web page without a phone, as the node says (`"guest" <sip:…>`): it proves as little as any. */
  readonly isGuest: boolean;
  readonly began: number;
  readonly connected: number | undefined;
  readonly ended: number | undefined;
  /** Why an identity was not believed, in words. */
  readonly doubt: string | undefined;
  /** The account that signed the answer, where another address was dialled: it leads there by the node's word alone. */
  readonly signer?: AccountText | undefined;
  /** What the chain says of them, once it was asked. */
  readonly found: Resolved | undefined;
}

/** One line of the user's log. */
export interface CallEntry extends Omit<CallRecord, "call" | "doubt" | "found" | "isGuest" | "signer"> {
  readonly direction: Call["direction"];
  readonly peer: string;
  readonly proof: Call["proof"];
  readonly reason: EndReason;
  readonly talked: boolean;
}

export interface Ringer {
  /** Resolves when the tone really runs; rejects where neither tone nor notification could be started. */
  start(tone: "ringtone" | "ringback", call: CallRecord): Promise<void>;
  stop(tone: "ringtone" | "ringback", call: CallRecord): void;
  notify(notice: "missed-call" | "hold-refused", call: CallRecord): void;
}

/** What decides about calls that come in, in the order of `incoming.ts`. */
export interface Screens {
  /** An address that the user blocks. */
  isBlocked(address: string): Promise<boolean>;
  doesNotDisturb(): boolean;
  /** Foreign clients prove nothing: they ring as guests, or not at all. */
  admitsGuests(): boolean;
  /** Contacts: their connection is prepared while it rings. */
  isPrepared(address: string): Promise<boolean>;
  /** Calls at once, waiting ones included; who calls beyond hears that the line is busy. */
  readonly mostCalls: number;
}

export interface Replays {
  remember(
    invitation: { readonly callId: string; readonly fromTag: string; readonly iat: number },
    wall: number,
  ): Promise<Remembered>;
}

export interface CallLog {
  write(entry: CallEntry): Promise<void>;
}

export interface PhonePorts {
  readonly media: MediaPort;
  readonly ringer: Ringer;
  readonly screens: Screens;
  readonly replays: Replays;
  readonly callLog: CallLog;
}
