import { onTestFinished } from "vitest";
import {
  MediaStream,
  RTCPeerConnection,
  RTCRtpCodecParameters,
  type RTCRtpTransceiver,
  RtpHeader,
  RtpPacket,
} from "werift";

/** Media of a caller, whose sound is numbered packets: what comes back can be told from all else. */
export interface CallerMedia {
  readonly connection: RTCPeerConnection;
  /** Payloads that came, as text, in order; and the RTP they came in. */
  readonly heard: { readonly payload: string; readonly header: RtpHeader }[];
  readonly seen: { readonly payload: string; readonly header: RtpHeader }[];
  offer(options?: { iceRestart?: boolean }): Promise<string>;
  answer(offer: string): Promise<string>;
  accept(answer: string): Promise<void>;
  /** Sends sound (`say 0`, `say 1` …) and a picture from now on. */
  talk(): void;
  until(what: string, check: () => boolean): Promise<void>;
}

const PATIENCE_MS = 15_000;

export function createCallerMedia({ video = false } = {}): CallerMedia {
  const connection = new RTCPeerConnection({
    codecs: {
      audio: [new RTCRtpCodecParameters({ mimeType: "audio/opus", clockRate: 48_000, channels: 2 })],
      video: [
        new RTCRtpCodecParameters({
          mimeType: "video/VP8",
          clockRate: 90_000,
          rtcpFeedback: [{ type: "nack", parameter: "pli" }],
        }),
      ],
    },
    bundlePolicy: "max-bundle",
  });
  const heard: CallerMedia["heard"] = [];
  const seen: CallerMedia["seen"] = [];
  const known = new Set<string>();
  const timers: NodeJS.Timeout[] = [];
  onTestFinished(async () => {
    for (const timer of timers) clearInterval(timer);
    await connection.close();
  });
  connection.onTrack.subscribe(track => {
    if (known.has(track.uuid)) return;
    known.add(track.uuid);
    track.onReceiveRtp.subscribe(({ payload, header }) => {
      (track.kind === "video" ? seen : heard).push({ payload: payload.toString("latin1"), header });
    });
  });
  const line = (kind: string): RTCRtpTransceiver | undefined =>
    connection.getTransceivers().find(it => it.kind === kind);
  const describe = async () => {
    if (connection.iceGatheringState !== "complete") {
      await connection.iceGatheringStateChange.watch(state => state === "complete", PATIENCE_MS);
    }
    return connection.localDescription?.sdp ?? "";
  };
  return {
    connection,
    heard,
    seen,
    async offer(options = {}) {
      if (line("audio") === undefined) {
        const stream = new MediaStream();
        for (const kind of ["audio", "video"] as const) {
          if (kind === "audio" || video) connection.addTransceiver(kind).sender.setStreams([stream]);
        }
      }
      await connection.setLocalDescription(await connection.createOffer(options));
      return describe();
    },
    async answer(sdp) {
      await connection.setRemoteDescription({ type: "offer", sdp });
      for (const it of connection.getTransceivers()) it.direction = "sendrecv";
      await connection.setLocalDescription(await connection.createAnswer());
      return describe();
    },
    accept: sdp => connection.setRemoteDescription({ type: "answer", sdp }),
    talk() {
      let count = 0;
      timers.push(
        setInterval(() => {
          const at = { sequenceNumber: (65_500 + count) & 0xffff, timestamp: (count * 960) >>> 0 };
          const send = (kind: string, text: string) =>
            line(kind)?.sender.sendRtp(new RtpPacket(new RtpHeader(at), Buffer.from(text)));
          void send("audio", `say ${count}`);
          void send("video", `show ${count}`);
          count += 1;
        }, 20),
      );
    },
    async until(what, check) {
      const end = performance.now() + PATIENCE_MS;
      while (!check()) {
        if (performance.now() > end) {
          throw new Error(
            `Out of patience while waiting for ${what}; heard ${heard.length}, last ${heard.at(-1)?.payload}`,
          );
        }
        await new Promise(resolve => setTimeout(resolve, 20));
      }
    },
  };
}
