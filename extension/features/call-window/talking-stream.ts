import type { CallMediaControls } from "../../../background/media/call-media.ts";
import type { DialogTag } from "../../../protocol/ids.ts";

export interface TalkingStream {
  readonly tag: DialogTag;
  readonly stream: MediaStream;
}

/** Of whom is talked to: the only one, once the call was accepted. */
export function streamOf(media: CallMediaControls | undefined): TalkingStream | undefined {
  const last = media && [...media.remote].at(-1);
  return last && { tag: last[0], stream: last[1] };
}
