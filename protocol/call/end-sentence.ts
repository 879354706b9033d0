import type { CallDirection } from "./call.ts";
import type { EndReason } from "./end-reason.ts";

interface Sentences {
  readonly outgoing: string;
  readonly incoming: string;
}

const SENTENCES: Readonly<Record<EndReason, string | Sentences>> = {
  "hung-up-by-me": "You hung up.",
  "hung-up-by-them": "They hung up.",
  cancelled: { outgoing: "You cancelled the call.", incoming: "Missed call: they stopped calling." },
  declined: { outgoing: "They declined the call.", incoming: "You declined the call." },
  busy: { outgoing: "They are in another call.", incoming: "Missed call: you were in another call." },
  "no-answer": { outgoing: "Nobody answered.", incoming: "Missed call: you did not answer in time." },
  "answered-elsewhere": "The call was answered on another device.",
  "declined-elsewhere": "The call was declined on another device.",
  "not-found": "Nobody is known under this address.",
  offline: {
    outgoing: "Their phone cannot be reached now.",
    incoming: "Missed call: this phone could not ring.",
  },
  gone: "The number was sold while it was ringing.",
  "changed-hands": "This number has changed hands, and its new owner has not come to the phone yet.",
  moved: "They can be reached under another address only.",
  glare: {
    outgoing: "You called each other at the same moment. Please call again.",
    incoming: "You called each other at the same moment; your call went on.",
  },
  "identity-failed": {
    outgoing: "The call was stopped: whoever answered could not prove who they are.",
    incoming: "The call was stopped: the caller could not prove who they are.",
  },
  "identity-refused": {
    outgoing: "The call was stopped: on the other side it could not be proved that it was you who called.",
    incoming: "The call was stopped: on the other side it could not be proved that it was you who answered.",
  },
  "media-failed":
    "Sound could not be brought through. Check the microphone and the network, then call again.",
  "no-microphone": "Your microphone could not be opened. Allow or connect one, then call again.",
  "no-microphone-there":
    "Their microphone could not be opened. They have to allow or connect one, then call again.",
  "network-lost": "The connection was lost.",
  forbidden: { outgoing: "You may not call this address.", incoming: "This caller may not call you." },
  "payment-required": {
    outgoing: "They ask a bond of strangers.",
    incoming: "The caller had posted no bond.",
  },
  unwanted: { outgoing: "They do not want calls from you.", incoming: "You block calls from them." },
  unacceptable: "The two phones have no way of talking in common.",
  unsupported: "One of the two phones is too old for this call. Update it, then call again.",
  unroutable: "No way through to them was found.",
  overloaded: "The network is busy. Please call again in a while.",
  failed: "The call failed on its way. Please call again.",
};

/**
 * One plain sentence for people.
 *
 * @example
 * sentenceOf("declined", "outgoing") // "They declined the call."
 */
export function sentenceOf(reason: EndReason, direction: CallDirection): string {
  const sentence = SENTENCES[reason];
  return typeof sentence === "string" ? sentence : sentence[direction];
}
