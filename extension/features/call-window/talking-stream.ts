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

/** The elements that play what comes from the other side. */
export const theirs = { voice: "their-voice", picture: "their-video" } as const;

/** Gives one of them its stream without waiting for the window to be drawn. */
export function play(element: keyof typeof theirs, stream: MediaStream | undefined): void {
  give(document.getElementById(theirs[element]), stream);
}

export function give(element: Element | null, stream: MediaStream | undefined): void {
  if (!(element instanceof HTMLMediaElement) || element.srcObject === (stream ?? null)) return;
  element.srcObject = stream ?? null;
}
