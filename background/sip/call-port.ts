import type { CallEvent } from "../../protocol/call/call-event.ts";
import type { CallId, DialogTag } from "../../protocol/ids.ts";
import type { ByteText, SipHeader, SipRequest } from "../../protocol/sip/message.ts";
import type { MediaKey } from "../../protocol/words/media-key.ts";
import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import type { DeviceKeys } from "../identity/device-keys.ts";
import type { Bodies, WireBody } from "./bodies.ts";
import type { DialogWire } from "./dialog-run.ts";
import type { RequestUser } from "./transactions.ts";

/** What a call's wire says to its call. All goes through the call's queue, in order. */
export interface CallEar {
  tell(event: CallEvent): void;
  /** Work that leads to an event, or to none; nothing of the call happens meanwhile. */
  work(job: () => Promise<CallEvent | undefined>): void;
  /** As `work`; told when the call's state does not listen to the event. */
  workOr(job: () => Promise<CallEvent | undefined>, unheard: () => void): void;
  /** Their newest candidates. */
  candidates(tag: DialogTag, fragment: ByteText): void;
}

export interface CallTransport extends DialogWire {
  /** Sends the INVITE that begins a call; gives what sends its CANCEL. */
  openInvite(invite: SipRequest, user: RequestUser): (headers: readonly SipHeader[]) => void;
}

export interface CallWireOptions {
  readonly callId: CallId;
  readonly localTag: string;
  /** SIP URIs of the two parties as From and To of the INVITE have them. */
  readonly from: ByteText;
  readonly to: ByteText;
  readonly device: DeviceKeys;
  readonly bodies: Bodies;
  readonly clock: Clock;
  readonly random: Random;
  readonly wire: CallTransport;
  readonly ear: CallEar;
  /** The value of our Contact: this very device. */
  contact(): ByteText;
  /** What an INVITE of ours says: its business. */
  readonly context: WireBody | undefined;
  /** The certificates of this call's media. */
  keys(): readonly MediaKey[];
}
