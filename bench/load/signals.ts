import type { Text } from "./client.ts";
import { payloadOffset, toClientFrame } from "./frames.ts";

/** A message to one peer, as a whole client frame, and where in it the stamp's digits stand. */
export interface Signal {
  readonly frame: Buffer;
  readonly stampAt: number;
}

/** A stamp is this many decimal digits after the marker: microseconds since the load began. */
export const stampDigits = 12;
const marker = "mc_";

/**
 * OFFER, ANSWER or CANDIDATE as PeerJS 1.5.5 writes it: `type`, `payload`, `dst`, in that order, exactly `size`
 * bytes of WebSocket payload. The stamp stands where its random connection id would.
 */
export function toSignal(turn: number, dst: string, size: number): Signal {
  const bare = toText(turn, dst, "").length;
  if (bare > size) throw new Error(`A message to ${dst} does not fit into ${size} bytes.`);
  const text = toText(turn, dst, toFilling(size - bare));
  const payload = Buffer.from(text, "latin1");
  if (payload.length !== size) throw new Error(`Meant ${size} bytes and made ${payload.length}.`);
  const frame = toClientFrame(payload);
  return { frame, stampAt: payloadOffset(frame) + text.indexOf(marker) + marker.length };
}

/** The same message with another stamp: a copy, because a slow socket may still hold the last one. */
export function toStamped({ frame, stampAt }: Signal, stamp: number): Buffer {
  const copy = Buffer.allocUnsafe(frame.length);
  frame.copy(copy);
  const offset = payloadOffset(frame);
  let rest = stamp;
  for (let at = stampAt + stampDigits - 1; at >= stampAt; at--) {
    const digit = rest % 10;
    rest = (rest - digit) / 10;
    copy[at] = (48 + digit) ^ (frame[offset - 4 + ((at - offset) & 3)] ?? 0);
  }
  return copy;
}

/** The stamp of a relayed message, or -1. Sought from the end: servers put it last or only `dst` and `src` after it. */
export function readStamp({ buffer, start, end }: Text): number {
  for (let at = end - stampDigits; at >= start + marker.length; at--) {
    if (buffer[at - 1] === 0x5f && buffer[at - 2] === 0x63 && buffer[at - 3] === 0x6d) {
      let stamp = 0;
      for (let i = at; i < at + stampDigits; i++) stamp = stamp * 10 + (buffer[i] ?? 48) - 48;
      return stamp;
    }
  }
  return -1;
}

function toText(turn: number, dst: string, filling: string): string {
  const connection = `"type":"media","connectionId":"${marker}${"0".repeat(stampDigits)}"`;
  const kind = (["OFFER", "ANSWER", "CANDIDATE"] as const)[turn % 3];
  const payload =
    kind === "CANDIDATE"
      ? `{"candidate":{"candidate":"${filling}"},${connection}}`
      : `{"sdp":{"type":"${kind?.toLowerCase()}","sdp":"${filling}"},${connection}}`;
  return `{"type":"${kind}","payload":${payload},"dst":"${dst}"}`;
}

/** Lines of a browser's SDP with their line ends escaped as JSON has them, cut to length. */
function toFilling(length: number): string {
  const text = sdpLines.map(line => `${line}\\r\\n`).join("");
  const cut = text.repeat(Math.ceil(length / text.length) + 1).slice(0, length);
  // The cut may have gone through an escape.
  return cut.replace(/\\[rn]?$/, end => "x".repeat(end.length));
}

const sdpLines = [
  "v=0",
  "o=- 4611731400430051336 2 IN IP4 127.0.0.1",
  "s=-",
  "t=0 0",
  "a=group:BUNDLE 0 1",
  "a=msid-semantic: WMS 5f3c1b8e",
  "m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126",
  "c=IN IP4 0.0.0.0",
  "a=rtcp:9 IN IP4 0.0.0.0",
  "a=ice-ufrag:kQpT",
  "a=ice-pwd:fS3nqLrT8eB1xYw6Zk0mVhUd",
  "a=ice-options:trickle",
  "a=fingerprint:sha-256 6B:8B:5D:EA:59:04:20:23:29:C8:87:1C:CC:87:32:BE:DD:8C:66:A5:8E:50:55:EA:8C:D3:B6:5C:09:5E:D6:BC",
  "a=setup:actpass",
  "a=mid:0",
  "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
  "a=sendrecv",
  "a=rtcp-mux",
  "a=rtpmap:111 opus/48000/2",
  "a=rtcp-fb:111 transport-cc",
  "a=fmtp:111 minptime=10;useinbandfec=1",
  "a=rtpmap:63 red/48000/2",
  "a=ssrc:1732846380 cname:kx2jVfO9aGvK1bEo",
];
