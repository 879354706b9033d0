import { setTimeout as wait } from "node:timers/promises";
import {
  MediaStream,
  type MediaStreamTrack,
  RTCPeerConnection,
  RTCRtpCodecParameters,
  type RTCRtpTransceiver,
  type RtpPacket,
} from "werift";
import { EtherlynkError } from "../../protocol/errors.ts";
import { peerLimits } from "../../protocol/peer/limits.ts";
import { formatSdp, iceCredentialsOf, parseSdp, type Sdp } from "../../protocol/peer/sdp.ts";
import { parseFragment } from "../../protocol/peer/sdp-fragment.ts";
import type { ByteText } from "../../protocol/sip/message.ts";
import type { MediaCertificate } from "./media-certificate.ts";

export type Kind = "audio" | "video";

export interface IceServer {
  readonly urls: string;
  readonly username?: string;
  readonly credential?: string;
}

export interface CallMediaOptions {
  readonly certificate: MediaCertificate;
  readonly iceServers: readonly IceServer[];
  /** Media can flow: the first time, and again after it was broken. */
  connected(): void;
  /** Nothing comes through any more. It may come back, by itself or by an ICE restart of the caller's. */
  broken(): void;
  received(kind: Kind, packet: RtpPacket): void;
  /** The caller asks for a whole picture (RFC 4585 §6.3.1). */
  pictureLost(): void;
}

/**
 * The media of one call: Opus, and VP8 where the caller has it. It deals in RTP packets and never looks into them.
 * An offer or answer of ours is complete, with all candidates, for callers that do not trickle.
 */
export class CallMedia {
  readonly #options: CallMediaOptions;
  readonly #connection: RTCPeerConnection;
  readonly #stream = new MediaStream();
  readonly #heard = new WeakSet<MediaStreamTrack>();
  /** What the caller said last. */
  #theirs: Sdp | undefined;
  #candidates = 0;
  #session = 0;
  #version = 0;

  constructor(options: CallMediaOptions) {
    const { certificate, iceServers } = options;
    this.#options = options;
    this.#connection = new RTCPeerConnection({
      codecs: { audio: [opus()], video: [vp8()] },
      certificates: [certificate.certificate],
      iceServers: iceServers.map(server => ({ ...server })),
      // A server that does not answer must not keep the call.
      iceStunGatherTimeout: peerLimits.gatherMostMs / 1_000,
      bundlePolicy: "max-bundle",
      // A socket more for each call and address, for callers who cannot send UDP: those need TURN anyway.
      iceUseTcp: false,
      iceTcpPassive: false,
    });
    this.#connection.connectionStateChange.subscribe(state => {
      if (state === "connected") options.connected();
      else if (state === "disconnected" || state === "failed") options.broken();
    });
    this.#connection.iceConnectionStateChange.subscribe(state => {
      if (state === "disconnected" || state === "failed") options.broken();
      else if (state === "connected" && this.#connection.connectionState === "connected") options.connected();
    });
    this.#connection.onTrack.subscribe(track => this.#hear(track));
  }

  /**
   * Answers an offer, the first or a later one.
   *
   * @throws MediaError where it holds no audio that can be talked in, SdpError where it is no SDP
   */
  async answer(offer: ByteText): Promise<ByteText> {
    const theirs = parseSdp(offer);
    const isRestart = this.#isRestart(theirs);
    await trying(() => this.#connection.setRemoteDescription({ type: "offer", sdp: toApplicable(theirs) }));
    this.#theirs = theirs;
    this.#candidates = 0;
    this.#takeLines();
    const sdp = await this.#describe(() => this.#connection.createAnswer());
    if (!/^m=audio [1-9]/m.test(sdp)) throw new MediaError("There is no Opus audio in this offer.");
    if (isRestart) this.#checkAnew();
    return withInactive(sdp, theirs);
  }

  /** An offer of ours, to one who invited without. */
  async offer(): Promise<ByteText> {
    if (this.#connection.getTransceivers().length === 0) {
      for (const kind of ["audio", "video"] as const) {
        this.#give(this.#connection.addTransceiver(kind, { direction: "sendrecv" }));
      }
    }
    return this.#describe(() => this.#connection.createOffer());
  }

  /**
   * The answer to the last offer of ours.
   *
   * @throws MediaError or SdpError
   */
  async accept(answer: ByteText): Promise<void> {
    const theirs = parseSdp(answer);
    await trying(() => this.#connection.setRemoteDescription({ type: "answer", sdp: toApplicable(theirs) }));
    this.#theirs = theirs;
  }

  /**
   * Candidates of theirs that have come since (RFC 8840); each fragment repeats those before.
   *
   * @throws MediaError or SdpError
   */
  async addCandidates(fragment: ByteText): Promise<void> {
    if (this.#theirs === undefined) return;
    const { candidates } = parseFragment(fragment, this.#theirs);
    for (const candidate of candidates.slice(this.#candidates)) {
      this.#candidates += 1;
      if (isHidden(candidate.candidate)) continue;
      await trying(() => this.#connection.addIceCandidate({ ...candidate }));
    }
  }

  /** Sends a packet with our SSRC and the payload type that was agreed; nothing where the caller wants none now. */
  send(kind: Kind, packet: RtpPacket): void {
    const line = this.#lineOf(kind);
    const direction = line?.currentDirection;
    if (direction !== "sendrecv" && direction !== "sendonly") return;
    // It fails when the connection has been closed a moment ago: as lost as on the way.
    line?.sender.sendRtp(packet).catch(() => undefined);
  }

  /** Asks the caller for a whole picture. */
  askForPicture(ssrc: number): void {
    this.#lineOf("video")
      ?.receiver.sendRtcpPLI(ssrc)
      .catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  #lineOf(kind: Kind): RTCRtpTransceiver | undefined {
    return this.#connection.getTransceivers().find(line => line.kind === kind && !line.stopped);
  }

  /** One line of each kind is talked in; what else is offered stays silent. */
  #takeLines(): void {
    for (const line of this.#connection.getTransceivers()) {
      if (line === this.#lineOf("audio") || line === this.#lineOf("video")) this.#give(line);
      else line.direction = "inactive";
    }
  }

  #give(line: RTCRtpTransceiver): void {
    if (line.sender.streamIds.length > 0) return;
    line.direction = "sendrecv";
    // Stock PeerJS takes what it plays from the stream of a track.
    line.sender.setStreams([this.#stream]);
    if (line.kind === "video") line.sender.onPictureLossIndication.subscribe(this.#options.pictureLost);
  }

  #hear(track: MediaStreamTrack): void {
    // Told anew after each hold.
    if (this.#heard.has(track)) return;
    this.#heard.add(track);
    const kind = track.kind === "video" ? "video" : "audio";
    track.onReceiveRtp.subscribe(packet => this.#options.received(kind, packet));
  }

  async #describe(
    make: () => Promise<{ sdp: string; type: "offer" | "answer" | string }>,
  ): Promise<ByteText> {
    await trying(async () => {
      const { sdp, type } = await make();
      const gathered = this.#connection.setLocalDescription({
        sdp,
        type: type === "offer" ? "offer" : "answer",
      });
      // TURN servers are waited for longer than callers would: what there is by then must do.
      await Promise.race([gathered, wait(2 * peerLimits.gatherMostMs, undefined, { ref: false })]);
    });
    const own = this.#connection.localDescription?.sdp ?? "";
    const [, id = "1"] = /^o=\S+ (\d+)/m.exec(own) ?? [];
    this.#session ||= Number(id);
    this.#version += 1;
    // RFC 3264 §8: of one session, and numbered.
    return own.replace(/^o=\S+ \d+ \d+/m, `o=- ${this.#session} ${this.#version}`);
  }

  #isRestart(theirs: Sdp): boolean {
    if (this.#theirs === undefined) return false;
    return iceCredentialsOf(theirs, 0)?.ufrag !== iceCredentialsOf(this.#theirs, 0)?.ufrag;
  }

  /** werift begins no checks by itself on a connection whose DTLS stands already. */
  #checkAnew(): void {
    if (!this.#connection.dtlsTransports.every(({ state }) => state === "connected")) return;
    for (const transport of new Set(this.#connection.iceTransports)) {
      transport.start().catch(() => this.#options.broken());
    }
  }
}

/** What werift makes of a stranger's words is the stranger's fault, whatever kind of error it throws. */
async function trying<Result>(act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (cause) {
    throw new MediaError("This SDP cannot be applied.", { cause });
  }
}

/**
 * An SDP as werift can apply it.
 *
 * It takes an ICE restart for another thing (renomination), and keeps its old credentials, once it has seen a line
 * that is inactive. To it such a line is one that we may not send on, which is what matters here.
 */
function toApplicable({ session, media }: Sdp): ByteText {
  const replace = (line: string) => (line === "a=inactive" ? "a=sendonly" : line);
  return formatSdp({
    session: session.map(replace),
    media: media.map(lines => lines.filter(line => !isHidden(line)).map(replace)),
  });
}

/**
 * A candidate under a name of the caller's own network (mDNS), as browsers write them. A machine asks no strangers'
 * names around in its network, and loses nothing: where the caller's checks get through, they show the address.
 */
function isHidden(candidate: string): boolean {
  return /^(a=)?candidate:.*\.local /i.test(candidate);
}

/** Where they said that a line is inactive, so do we. */
function withInactive(sdp: ByteText, theirs: Sdp): ByteText {
  const { session, media } = parseSdp(sdp);
  const answered = media.map((lines, index) => {
    const said = [...(theirs.media[index] ?? []), ...theirs.session];
    const direction = said.find(line => /^a=(sendrecv|sendonly|recvonly|inactive)$/.test(line));
    if (direction !== "a=inactive") return lines;
    return lines.map(line => (line === "a=recvonly" ? "a=inactive" : line));
  });
  return formatSdp({ session, media: answered });
}

function opus(): RTCRtpCodecParameters {
  return new RTCRtpCodecParameters({
    mimeType: "audio/opus",
    clockRate: 48_000,
    channels: 2,
    payloadType: 111,
    parameters: "minptime=10;useinbandfec=1",
  });
}

function vp8(): RTCRtpCodecParameters {
  return new RTCRtpCodecParameters({
    mimeType: "video/VP8",
    clockRate: 90_000,
    payloadType: 96,
    rtcpFeedback: [{ type: "nack" }, { type: "nack", parameter: "pli" }],
  });
}

export class MediaError extends EtherlynkError {
  constructor(sentence: string, options?: { cause?: unknown }) {
    super("service.media", sentence, options);
  }
}
