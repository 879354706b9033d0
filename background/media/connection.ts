import type { DialogTag } from "../../protocol/ids.ts";
import { toIceCandidate } from "../../protocol/peer/ice-candidate.ts";
import { peerLimits } from "../../protocol/peer/limits.ts";
import type { ByteText } from "../../protocol/sip/message.ts";
import { closeOffer } from "./close-offer.ts";
import { answerByPeer, type DialogLine, type DialogLineOptions, offerByPeer } from "./dialog-socket.ts";
import { createFirstPicture, type FirstPicture } from "./first-picture.ts";
import type { MediaCommand, MediaEvent } from "./media-port.ts";
import { createOwnCandidates, type OwnCandidates } from "./own-candidates.ts";
import { startPathWatch } from "./path-watch.ts";
import { createTheirCandidates, type TheirCandidates } from "./their-candidates.ts";

export interface ConnectionOptions {
  readonly tag: DialogTag;
  readonly config: RTCConfiguration;
  readonly trickle: boolean;
  /** What is sent at this moment. */
  tracks(): { readonly audio: MediaStreamTrack; readonly video: MediaStreamTrack };
  hear(event: MediaEvent): void;
  /** For the log: what could not be done, and why. */
  failed(work: MediaWork, error: unknown): void;
}

/** What may fail. */
export type MediaWork = MediaCommand["do"] | "start-picture";

type Kind = "audio" | "video";
type Command<Name extends MediaCommand["do"]> = Extract<MediaCommand, { do: Name }>;
type ConnectionCommand = Exclude<
  MediaCommand,
  { do: "open-microphone" | "close-microphone" | "close-media" }
>;

/** The connection with one device. PeerJS makes it; from the first answer on it is ours alone. */
export class MediaConnection {
  /** All that the other side sends. */
  readonly remote = new MediaStream();
  readonly #options: ConnectionOptions;
  readonly #ended = new AbortController();
  readonly #own: OwnCandidates;
  readonly #their: TheirCandidates;
  readonly #senders = new Map<Kind, RTCRtpSender>();
  #line: DialogLine | undefined;
  #picture: FirstPicture | undefined;
  #work: Promise<void> = Promise.resolve();
  #isReleased = false;
  /** What was agreed last, and what our open offer wants. */
  #holds = { agreed: false, offered: false };

  constructor(options: ConnectionOptions) {
    const { tag, trickle, hear } = options;
    this.#options = options;
    this.#own = createOwnCandidates(fragment => {
      if (trickle) hear({ type: "candidates-made", tag, fragment });
    }, this.#ended.signal);
    this.#their = createTheirCandidates(async candidate => {
      await this.#line?.connection.addIceCandidate(candidate);
    });
  }

  get connection(): RTCPeerConnection | undefined {
    return this.#line?.connection;
  }

  command(command: ConnectionCommand): void {
    this.#work = this.#work.then(async () => {
      if (this.#ended.signal.aborted) return;
      try {
        await this.#perform(command);
      } catch (error) {
        this.#fail(command, error);
      }
    });
  }

  /** Sends another track in the place of the last one; nothing is negotiated. */
  async replace(kind: Kind, track: MediaStreamTrack): Promise<void> {
    if (this.#ended.signal.aborted) return;
    if (kind === "video") this.#picture?.sends(track);
    await this.#senders.get(kind)?.replaceTrack(track);
  }

  /** RFC 4733. Whether they are being sent: the other side may know no tones. */
  sendTones(tones: string): boolean {
    const dtmf = this.#senders.get("audio")?.dtmf;
    if (!dtmf?.canInsertDTMF) return false;
    dtmf.insertDTMF(dtmf.toneBuffer + tones);
    return true;
  }

  close(): void {
    this.#ended.abort();
    this.#line?.release();
    this.#line?.connection.close();
  }

  #fail(command: ConnectionCommand, error: unknown): void {
    this.#options.failed(command.do, error);
    // A candidate that cannot be applied, or an offer that cannot be dropped, takes nothing from what was agreed.
    if (this.#ended.signal.aborted || command.do === "take-candidates" || command.do === "drop-offer") return;
    this.#options.hear({ type: "media-failed", tag: this.#options.tag, why: "media" });
  }

  #perform(command: ConnectionCommand): Promise<void> {
    switch (command.do) {
      case "make-offer":
        return this.#makeOffer(command);
      case "make-answer":
        return this.#makeAnswer(command);
      case "take-answer":
        return this.#takeAnswer(command);
      case "take-candidates":
        return this.#their.take(command.fragment);
      case "drop-offer":
        return this.#dropOffer();
    }
  }

  async #makeOffer({ hold, restart }: Command<"make-offer">): Promise<void> {
    this.#holds = { ...this.#holds, offered: hold };
    const sdp =
      this.#line === undefined
        ? await this.#adopt(offerByPeer(this.#lineOptions()), false).made
        : await this.#describe(this.#line.connection, { hold, restart });
    const offer = await this.#outgoing(sdp);
    this.#options.hear({ type: "offer-made", offer });
    this.#own.describe(offer);
  }

  async #makeAnswer({ offer, hold, tag }: Command<"make-answer">): Promise<void> {
    const sdp =
      this.#line === undefined
        ? await this.#adopt(answerByPeer(this.#lineOptions(), offer), hold).made
        : await this.#answer(this.#line.connection, { offer, hold });
    this.#holds = { agreed: hold, offered: hold };
    this.#takeOver();
    const answer = await this.#outgoing(sdp);
    this.#options.hear({ type: "answer-made", tag, answer });
    this.#own.describe(answer);
    await this.#their.describe(offer);
    this.#tellPath();
  }

  async #takeAnswer({ answer }: Command<"take-answer">): Promise<void> {
    const line = this.#theLine();
    if (this.#isReleased) await line.connection.setRemoteDescription({ type: "answer", sdp: answer });
    else await line.takeAnswer(answer);
    this.#takeOver();
    this.#holds = { ...this.#holds, agreed: this.#holds.offered };
    await this.#their.describe(answer);
    this.#tellPath();
  }

  /**
   * The offer stays open, and the next one of ours takes its place (JSEP, RFC 9429 §5.7); one of theirs closes it
   * (`closeOffer` says why nothing is rolled back). What was agreed holds until an answer.
   */
  async #dropOffer(): Promise<void> {
    const { connection } = this.#theLine();
    if (connection.signalingState !== "have-local-offer") return;
    this.#holds = { ...this.#holds, offered: this.#holds.agreed };
    this.#point(connection, this.#holds.agreed);
    const { sdp } = connection.currentLocalDescription ?? {};
    if (sdp !== undefined) this.#own.describe(sdp);
  }

  async #describe(connection: RTCPeerConnection, wish: { hold: boolean; restart: boolean }): Promise<string> {
    this.#point(connection, wish.hold);
    const offer = await connection.createOffer({ iceRestart: wish.restart });
    await connection.setLocalDescription(offer);
    return sdpOf(offer);
  }

  async #answer(connection: RTCPeerConnection, wish: { offer: string; hold: boolean }): Promise<string> {
    try {
      await closeOffer(connection);
    } catch (error) {
      // Their offer rolls ours back then, which other browsers do without a fault.
      this.#options.failed("drop-offer", error);
    }
    await connection.setRemoteDescription({ type: "offer", sdp: wish.offer });
    this.#point(connection, wish.hold);
    const answer = await connection.createAnswer();
    await connection.setLocalDescription(answer);
    return sdpOf(answer);
  }

  /** RFC 3264 §8.4; the other side's own hold keeps the answer from sending without our doing. */
  #point(connection: RTCPeerConnection, hold: boolean): void {
    const ours = new Set(this.#senders.values());
    for (const transceiver of connection.getTransceivers()) {
      const open = ours.has(transceiver.sender) ? "sendrecv" : "recvonly";
      if (transceiver.currentDirection !== "stopped") transceiver.direction = hold ? "inactive" : open;
    }
  }

  #lineOptions(): DialogLineOptions {
    const { config, tracks } = this.#options;
    const { audio, video } = tracks();
    return { config, stream: new MediaStream([audio, video]), candidate: it => this.#own.add(it) };
  }

  #adopt(line: DialogLine, hold: boolean): DialogLine {
    this.#line = line;
    const { connection } = line;
    const { signal } = this.#ended;
    for (const sender of connection.getSenders()) {
      const kind = sender.track?.kind;
      if (kind === "audio" || kind === "video") this.#senders.set(kind, sender);
      if (kind === "video") this.#startPicture(sender);
    }
    if (hold) this.#point(connection, hold);
    connection.addEventListener("track", ({ track }) => this.remote.addTrack(track), { signal });
    const ended = () => connection.iceGatheringState === "complete" && this.#own.complete();
    connection.addEventListener("icegatheringstatechange", ended, { signal });
    this.#watch(line);
    return line;
  }

  #startPicture(sender: RTCRtpSender): void {
    const { signal } = this.#ended;
    const failed = (error: unknown) => this.#options.failed("start-picture", error);
    this.#picture = createFirstPicture({ sender, signal, failed });
    if (sender.track?.contentHint) this.#picture.sends(sender.track);
    // The line is agreed with it. Black is sent after a picture, to end it, and not in its place: most calls have none.
    else sender.replaceTrack(null).catch(failed);
  }

  #watch({ connection, channel }: DialogLine): void {
    const { tag, hear } = this.#options;
    const { signal } = this.#ended;
    const path = startPathWatch(
      connection,
      {
        connected: () => {
          this.#picture?.connected();
          hear({ type: "media-connected", tag });
        },
        lost: () => hear({ type: "media-lost", tag }),
        silent: () => hear({ type: "media-silent", tag }),
        refused: () => hear({ type: "media-failed", tag, why: "fingerprint" }),
      },
      signal,
    );
    // Stock PeerJS tells by its channel that it has hung up.
    const follow = (channel: RTCDataChannel) =>
      channel.addEventListener("close", () => signal.aborted || path.doubt(), { signal });
    connection.addEventListener("datachannel", ({ channel }) => follow(channel), { signal });
    if (channel) follow(channel);
  }

  /** A path that outlived a restart changes no state, and the call machine waits for its word. */
  #tellPath(): void {
    const { tag, hear } = this.#options;
    if (this.connection?.connectionState === "connected") hear({ type: "media-connected", tag });
  }

  #takeOver(): void {
    if (this.#isReleased) return;
    const line = this.#theLine();
    this.#isReleased = true;
    line.release();
    line.connection.addEventListener(
      "icecandidate",
      ({ candidate }) => {
        const plain = candidate && toIceCandidate(candidate.toJSON());
        if (plain) this.#own.add(plain);
      },
      { signal: this.#ended.signal },
    );
  }

  /** Who does not trickle gets all candidates with the description. */
  async #outgoing(sdp: string): Promise<ByteText> {
    if (this.#options.trickle) return sdp;
    const { connection } = this.#theLine();
    await gathered(connection, this.#ended.signal);
    return connection.localDescription?.sdp ?? sdp;
  }

  #theLine(): DialogLine {
    if (this.#line === undefined) throw new Error("There is no connection to negotiate");
    return this.#line;
  }
}

function sdpOf({ sdp }: RTCSessionDescriptionInit): string {
  if (sdp === undefined) throw new Error("A description without its SDP");
  return sdp;
}

async function gathered(connection: RTCPeerConnection, signal: AbortSignal): Promise<void> {
  const done = new AbortController();
  await new Promise<void>(resolve => {
    const look = () => connection.iceGatheringState === "complete" && resolve();
    connection.addEventListener("icegatheringstatechange", look, { signal: done.signal });
    signal.addEventListener("abort", () => resolve(), { signal: done.signal });
    const timer = setTimeout(resolve, peerLimits.gatherMostMs);
    done.signal.addEventListener("abort", () => clearTimeout(timer));
    look();
  });
  done.abort();
}
