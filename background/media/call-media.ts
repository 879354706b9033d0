import type { DialogTag } from "../../protocol/ids.ts";
import type { ByteText } from "../../protocol/sip/message.ts";
import { type CallConnections, createCallConnections } from "./call-connections.ts";
import type { CallCertificate } from "./certificate.ts";
import type { MediaWork } from "./connection.ts";
import type { CallMedia, MediaCommand, MediaOpening } from "./media-port.ts";
import type { Quality } from "./quality.ts";
import { createSources, type SourceControls } from "./sources.ts";

export interface IceSettings {
  readonly iceServers: readonly RTCIceServer[];
  /** No address of ours is told, and none but relays is used. */
  readonly relayOnly: boolean;
}

export interface CallMediaOptions extends Omit<MediaOpening, "id" | "offers"> {
  readonly certificate: CallCertificate;
  readonly ice: IceSettings;
  /** An offer was made that nobody has asked for yet. */
  ahead?(offer: ByteText): void;
  /** For the log. */
  failed(work: MediaWork, error: unknown): void;
  /** Somebody should look again: a track, a picture or the microphone is another. */
  changed(): void;
}

/** What a call window shows of the media, and does with them. */
export interface CallMediaControls extends CallMedia {
  readonly sources: SourceControls;
  /** By connection; while it rings there may be several. */
  readonly remote: ReadonlyMap<DialogTag, MediaStream>;
  /** Whether somebody takes tones. */
  sendTones(tones: string): boolean;
  /**
   * While it rings: a browser's first connection and first sound in a window take a while, which would else pass
   * between the answer and the first word. `ahead` makes the offer too, and keeps it: nobody learns of it before it is
   * asked for.
   */
  warmUp(ahead: boolean): Promise<void>;
  /** Since the last look. */
  readQuality(tag: DialogTag): Promise<Quality | undefined>;
}

/** The media of one call, wherever it lives: the call window, or the phone. */
export function createCallMedia(options: CallMediaOptions): CallMediaControls {
  const { trickle, hear, failed, changed, ahead } = options;
  const noMicrophone = (tag: DialogTag) => hear({ type: "media-failed", tag, why: "microphone" });
  const connections: CallConnections = createCallConnections({
    ...{ trickle, hear, failed, ahead },
    config: toConfig(options),
    tracks: () => sources.tracks(),
    added: tag => sources.trouble !== undefined && noMicrophone(tag),
  });
  const sources = createSources({
    changed,
    send: (kind, track) => connections.replace(kind, track),
    noMicrophone() {
      for (const tag of connections.tags) noMicrophone(tag);
    },
  });
  let isClosed = false;
  const command = (it: MediaCommand) => {
    if (isClosed) return;
    if (it.do === "open-microphone") sources.openMicrophone();
    else if (it.do === "close-microphone") sources.closeMicrophone();
    else if (it.do === "close-media") connections.close(it.tag);
    else connections.command(it);
    changed();
  };
  return {
    keys: options.certificate.keys,
    command,
    sources,
    get remote() {
      return connections.remote;
    },
    sendTones: connections.sendTones,
    warmUp: async ahead => (isClosed ? undefined : connections.warmUp(ahead)),
    readQuality: connections.readQuality,
    close() {
      isClosed = true;
      connections.closeAll();
      sources.close();
    },
  };
}

function toConfig({ ice, trickle, certificate }: CallMediaOptions): RTCConfiguration {
  return {
    iceServers: [...ice.iceServers],
    iceTransportPolicy: ice.relayOnly ? "relay" : "all",
    // A foreign client may know no bundle: it gets candidates for every line.
    bundlePolicy: trickle ? "max-bundle" : "balanced",
    certificates: [certificate.certificate],
  };
}
