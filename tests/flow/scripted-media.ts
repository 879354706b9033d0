import { randomBytes } from "node:crypto";
import type { CallMedia, MediaCommand, MediaEvent, MediaPort } from "../../background/media/media-port.ts";
import { formatFingerprint, type MediaKey } from "../../protocol/words/media-key.ts";

/** An address that must not be seen by any node. */
export const hiddenAddress = "203.0.113.77";

/** Media without sound: it makes SDP as a browser does, and is connected when both sides have theirs. */
export interface ScriptedMedia extends MediaPort {
  readonly opened: readonly ScriptedCall[];
  /** Put instead of the next SDP it makes. */
  script(change: (sdp: string) => string): void;
  /** The next calls have no microphone. */
  breakAll(): void;
}

export interface ScriptedCall {
  readonly id: string;
  readonly key: MediaKey;
  readonly commands: readonly MediaCommand[];
  isClosed: boolean;
  hear(event: MediaEvent): void;
}

export function createScriptedMedia(): ScriptedMedia {
  const opened: (ScriptedCall & { commands: MediaCommand[] })[] = [];
  let change = (sdp: string) => sdp;
  let isBroken = false;
  return {
    opened,
    script: next => {
      change = next;
    },
    breakAll: () => {
      isBroken = true;
    },
    async open({ id, hear }): Promise<CallMedia> {
      const key: MediaKey = { alg: "sha-256", dig: randomBytes(32).toString("hex").toUpperCase() };
      const call = { id, key, commands: [] as MediaCommand[], isClosed: false, hear };
      opened.push(call);
      const sdp = (hold: boolean) => change(writeSdp(key, hold));
      return {
        keys: [key],
        command(command) {
          call.commands.push(command);
          if (!call.isClosed) queueMicrotask(() => perform(command));
        },
        close: () => {
          call.isClosed = true;
        },
      };

      function perform(command: MediaCommand): void {
        switch (command.do) {
          case "make-offer":
            if (isBroken) hear({ type: "media-failed", tag: command.tag, why: "media" });
            else hear({ type: "offer-made", offer: sdp(command.hold) });
            return;
          case "make-answer":
            hear({ type: "answer-made", tag: command.tag, answer: sdp(command.hold) });
            hear({ type: "candidates-made", tag: command.tag, fragment: writeFragment() });
            queueMicrotask(() => hear({ type: "media-connected", tag: command.tag }));
            return;
          case "take-answer":
            hear({ type: "candidates-made", tag: command.tag, fragment: writeFragment() });
            hear({ type: "media-connected", tag: command.tag });
            return;
          default:
            return;
        }
      }
    },
  };
}

function writeSdp(key: MediaKey, hold: boolean): string {
  const media = ["audio 9 UDP/TLS/RTP/SAVPF 111", "video 9 UDP/TLS/RTP/SAVPF 96"].flatMap((line, mid) => [
    `m=${line}`,
    "c=IN IP4 0.0.0.0",
    `a=mid:${mid}`,
    "a=ice-ufrag:abcd",
    "a=ice-pwd:0123456789abcdef01234567",
    `a=candidate:1 1 udp 2130706431 ${hiddenAddress} 5000${mid} typ host`,
    `a=fingerprint:${formatFingerprint(key)}`,
    "a=setup:actpass",
    hold ? "a=inactive" : "a=sendrecv",
  ]);
  return ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "t=0 0", "a=group:BUNDLE 0 1", ...media, ""].join("\r\n");
}

function writeFragment(): string {
  return [
    "a=ice-ufrag:abcd",
    "a=ice-pwd:0123456789abcdef01234567",
    "m=audio 9 RTP/AVP 0",
    "a=mid:0",
    `a=candidate:2 1 udp 1694498815 ${hiddenAddress} 50002 typ srflx raddr 0.0.0.0 rport 0`,
    "",
  ].join("\r\n");
}
