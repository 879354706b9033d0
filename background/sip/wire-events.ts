import type { CallEvent } from "../../protocol/call/call-event.ts";
import type { DialogTag } from "../../protocol/ids.ts";
import { header } from "../../protocol/sip/fields.ts";
import { parseSeconds } from "../../protocol/sip/headers.ts";
import type { ByteText, SipResponse } from "../../protocol/sip/message.ts";

interface Answered {
  readonly tag: DialogTag;
  readonly answer: ByteText | undefined;
  readonly random: number;
}

/** What a final response to a re-INVITE of ours is to the call. */
export function toReinviteOutcome(response: SipResponse, { tag, answer, random }: Answered): CallEvent {
  const { status } = response;
  if (status < 300) return { type: "reinvite-accepted", tag, ...toWhole({ answer }) };
  const retryAfter = parseSeconds(header(response, "retry-after") ?? "");
  return { type: "reinvite-rejected", tag, status, ...toWhole({ retryAfter }), random };
}

/** `exactOptionalPropertyTypes`: a key is there with a value, or not at all. */
export function toWhole<Fields extends object>(
  fields: Fields,
): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  const there = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(there) as { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> };
}
