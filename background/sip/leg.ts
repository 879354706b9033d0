import type { Carrier } from "../../protocol/call/call-event.ts";
import type { DialogTag } from "../../protocol/ids.ts";
import type { ByteText, SipMessage, SipRequest } from "../../protocol/sip/message.ts";
import { type Ends, labelOf, type Peer, sdpMediaType, type WireBody, wireBodyOf } from "./bodies.ts";
import type { DialogRun } from "./dialog-run.ts";
import { refuseOffer } from "./sdp-checks.ts";

/** One dialog of a call, and what is known of the device at its other end. */
export interface Leg {
  readonly tag: DialogTag;
  readonly dialog: DialogRun;
  /** As this phone writes, and as the other side does. */
  readonly ours: Ends;
  readonly theirs: Ends;
  /** Nothing of it is opened, and no body is written to it, before this is known. */
  peer: Peer | undefined;
  /** The messages whose identity the call wants verified. */
  readonly carriers: Map<Carrier, SipMessage>;
  /** Bodies that the call knows by their text, and where they stood. */
  readonly received: Map<ByteText, Received>;
  /** RSeq of their last reliable response, and the RAck of the one that waits for its PRACK. */
  lastReliable: number | undefined;
  rack: string | undefined;
  /** Their re-INVITE that waits for an answer. */
  reinvite: SipRequest | undefined;
  /** Whether INFO may be sent; whether one is out; the newest candidates that none has told. */
  canInform: boolean;
  isInforming: boolean;
  untold: ByteText | undefined;
  /** Their newest candidates, from before they were proven. */
  early: Received | undefined;
}

export interface Received {
  readonly wire: WireBody;
  readonly label: string;
}

/** More bodies than one negotiation has. */
const mostReceived = 8;

export function createLeg(
  dialog: DialogRun,
  names: { readonly callId: string; readonly local: string; readonly tag: DialogTag },
): Leg {
  const { callId, local, tag } = names;
  return {
    tag,
    dialog,
    ours: { callId, from: local, to: tag },
    theirs: { callId, from: tag, to: local },
    peer: undefined,
    carriers: new Map(),
    received: new Map(),
    lastReliable: undefined,
    rack: undefined,
    reinvite: undefined,
    canInform: false,
    isInforming: false,
    untold: undefined,
    early: undefined,
  };
}

/** Keeps a message's body; the call gets its text, and asks for what it says when it may. */
export function keepBody(leg: Leg, message: SipMessage): ByteText | undefined {
  const wire = wireBodyOf(message);
  if (wire === undefined) return undefined;
  leg.received.set(wire.body, { wire, label: labelOf(message) });
  for (const oldest of leg.received.keys()) {
    if (leg.received.size <= mostReceived) break;
    leg.received.delete(oldest);
  }
  return wire.body;
}

/**
 * An offer in a 2xx must have its answer (RFC 3261 §13.2.2.4); one that refuses tells nothing. A sealed one is not
 * opened for that: the BYE follows at once.
 */
export function refusalOf({ carriers }: Leg, body: "nothing" | "refusal"): WireBody | undefined {
  const ok = carriers.get("answer");
  if (body === "nothing" || ok === undefined || !/^v=0/.test(ok.body)) return undefined;
  return { mediaType: sdpMediaType, body: refuseOffer(ok.body) };
}
