import type { RtpPacket } from "werift";
import type { Behaviour } from "../kit/answered-call.ts";
import type { CallMedia, Kind } from "../kit/call-media.ts";
import { RtpSplice, toPacket } from "../kit/rtp-splice.ts";
import { opusPacket, startPlayout } from "../kit/start-playout.ts";

/** The source of the sentence; others are SSRCs, which are not negative. */
const SENTENCE = -1;
/** Whoever moves a picture this often asks for a whole one no more often than every half second. */
const pictureMs = 500;

/**
 * Says a sentence, then sends back what it hears. The picture is sent back from the beginning. What comes goes at
 * once: nothing is decoded, buffered or kept.
 */
export function createEcho(media: CallMedia, sentence: readonly Uint8Array[]): Behaviour {
  const splices = {
    audio: new RtpSplice({ timestamp: opusPacket.ticks }),
    video: new RtpSplice({ timestamp: 3_000 }),
  };
  let isListening = false;
  let stop: (() => void) | undefined;
  let picture: number | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;

  function pictureLost(): void {
    const now = performance.now();
    if (picture === undefined || now - askedAt < pictureMs) return;
    askedAt = now;
    media.askForPicture(picture);
  }

  function sendBack(kind: Kind, { header, payload }: RtpPacket): void {
    const place = splices[kind].place(header.ssrc, header);
    media.send(kind, toPacket(place, payload, header.marker));
  }

  return {
    begin() {
      stop = startPlayout(sentence, {
        packet: (packet, index) => {
          const at = { sequenceNumber: index, timestamp: index * opusPacket.ticks };
          media.send("audio", toPacket(splices.audio.place(SENTENCE, at), packet, index === 0));
        },
        done: () => {
          isListening = true;
        },
      });
    },
    received(kind, packet) {
      if (kind === "audio" && !isListening) return;
      if (kind === "video" && packet.header.ssrc !== picture) {
        picture = packet.header.ssrc;
        pictureLost();
      }
      sendBack(kind, packet);
    },
    pictureLost,
    close: () => stop?.(),
  };
}
