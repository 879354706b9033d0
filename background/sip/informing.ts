import { fragmentMediaType } from "../../protocol/peer/sdp-fragment.ts";
import { toHeader } from "../../protocol/sip/edit-message.ts";
import type { ByteText, SipRequest } from "../../protocol/sip/message.ts";
import { labelOf, wireBodyOf } from "./bodies.ts";
import type { CallWireOptions } from "./call-port.ts";
import { typeOf } from "./invite-parts.ts";
import type { Leg, Received } from "./leg.ts";

type Ports = Pick<CallWireOptions, "bodies" | "ear">;

/** RFC 6086, RFC 8840 §10. */
const infoPackage = [
  toHeader("Info-Package", "trickle-ice"),
  toHeader("Content-Disposition", "Info-Package"),
];

/** Has candidates sent as soon as they may be: each fragment holds all so far, so that only the newest counts. */
export function inform({ bodies, ear }: Ports, leg: Leg, fragment?: ByteText): void {
  if (fragment !== undefined) leg.untold = fragment;
  if (!leg.canInform || leg.isInforming || leg.untold === undefined) return;
  leg.isInforming = true;
  ear.work(async () => {
    const { peer, untold } = leg;
    leg.untold = undefined;
    if (peer === undefined || untold === undefined) {
      leg.isInforming = false;
      return undefined;
    }
    const where = { ends: leg.ours, label: `INFO ${leg.dialog.nextSeq}` };
    const wire = await bodies.seal(peer, { mediaType: fragmentMediaType, body: untold }, where);
    const content = { headers: [...infoPackage, ...typeOf(wire)], body: wire.body };
    leg.dialog.step({ type: "send", method: "INFO", content });
    return undefined;
  });
}

/** An INFO of ours has its answer, or will have none. */
export function informed(ports: Ports, leg: Leg): void {
  leg.isInforming = false;
  inform(ports, leg);
}

/** Candidates of theirs. Before their device is proven the newest are kept. */
export function takeInfo(ports: Ports, leg: Leg, info: SipRequest): void {
  const wire = wireBodyOf(info);
  if (wire !== undefined) leg.early = { wire, label: labelOf(info) };
  takeEarly(ports, leg);
}

/** The same, when the device has been proven. */
export function takeEarly({ bodies, ear }: Ports, leg: Leg): void {
  ear.work(async () => {
    const { peer, early } = leg;
    if (peer === undefined || early === undefined) return undefined;
    leg.early = undefined;
    const fragment = await open({ bodies, ear }, leg, early);
    if (fragment !== undefined) ear.candidates(leg.tag, fragment);
    return undefined;
  });
}

async function open({ bodies }: Ports, leg: Leg, { wire, label }: Received): Promise<ByteText | undefined> {
  if (leg.peer === undefined) return undefined;
  const plain = await bodies.open(leg.peer, wire, { ends: leg.theirs, label });
  return plain?.mediaType === fragmentMediaType ? plain.body : undefined;
}
