import type { DialogTag } from "../../protocol/ids.ts";
import type { CallCertificate } from "./certificate.ts";
import { MediaConnection } from "./connection.ts";
import type { CallMedia, MediaCommand, MediaOpening } from "./media-port.ts";
import { type Quality, type Traffic, toQuality, toTraffic } from "./quality.ts";
import { createSources, type SourceControls } from "./sources.ts";

export interface IceSettings {
  readonly iceServers: readonly RTCIceServer[];
  /** No address of ours is told, and none but relays is used. */
  readonly relayOnly: boolean;
}

export interface CallMediaOptions extends Omit<MediaOpening, "id"> {
  readonly certificate: CallCertificate;
  readonly ice: IceSettings;
  /** For the log. */
  failed(command: MediaCommand["do"], error: unknown): void;
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
  /** Since the last look. */
  readQuality(tag: DialogTag): Promise<Quality | undefined>;
}

const noTraffic: Traffic = { received: 0, lost: 0, jitter: 0, roundTrip: undefined };

/** The media of one call, wherever it lives: the call window, or the phone. */
export function createCallMedia(options: CallMediaOptions): CallMediaControls {
  const connections = new Map<DialogTag, MediaConnection>();
  const traffic = new Map<DialogTag, Traffic>();
  const sources = createSources({
    changed: options.changed,
    send(kind, track) {
      for (const connection of connections.values()) {
        connection.replace(kind, track).catch(error => options.failed("open-microphone", error));
      }
    },
    noMicrophone() {
      for (const tag of connections.keys()) options.hear({ type: "media-failed", tag, why: "microphone" });
    },
  });
  const config = toConfig(options);
  let isClosed = false;

  const connectionOf = (tag: DialogTag): MediaConnection => {
    const known = connections.get(tag);
    if (known) return known;
    const { trickle, hear, failed } = options;
    const made = new MediaConnection({ tag, config, trickle, tracks: sources.tracks, hear, failed });
    connections.set(tag, made);
    if (sources.trouble !== undefined) options.hear({ type: "media-failed", tag, why: "microphone" });
    return made;
  };
  const command = (it: MediaCommand) => {
    if (isClosed) return;
    if (it.do === "open-microphone") sources.openMicrophone();
    else if (it.do === "close-microphone") sources.closeMicrophone();
    else if (it.do === "close-media") closeConnection(it.tag);
    else connectionOf(it.tag).command(it);
    options.changed();
  };
  const closeConnection = (tag: DialogTag) => {
    connections.get(tag)?.close();
    connections.delete(tag);
    traffic.delete(tag);
  };
  return {
    keys: options.certificate.keys,
    command,
    sources,
    get remote() {
      return new Map([...connections].map(([tag, { remote }]) => [tag, remote]));
    },
    sendTones: tones => [...connections.values()].some(it => it.sendTones(tones)),
    async readQuality(tag) {
      const report = await connections.get(tag)?.connection?.getStats();
      if (report === undefined) return undefined;
      const now = toTraffic(report);
      const quality = toQuality(traffic.get(tag) ?? noTraffic, now);
      traffic.set(tag, now);
      return quality;
    },
    close() {
      isClosed = true;
      for (const tag of [...connections.keys()]) closeConnection(tag);
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
