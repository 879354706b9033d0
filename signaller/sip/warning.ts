import { toHeader } from "../../protocol/sip/edit-message.ts";
import type { SipHeader } from "../../protocol/sip/message.ts";

/** RFC 3261 §20.43; whatever a sentence quotes of the request stays inside its quotes. */
export function toWarning(sentence: string): SipHeader {
  const plain = sentence.replace(/["\\]/g, "'").replace(/[^\x20-\x7e]/g, "?");
  return toHeader("Warning", `399 etherlynk "${plain}"`);
}
