import { type CallMediaControls, createCallMedia } from "../../../background/media/call-media.ts";
import { createCertificate } from "../../../background/media/certificate.ts";
import type { MediaCommand, MediaEvent } from "../../../background/media/media-port.ts";
import { placeholderSize } from "../../../background/media/placeholders.ts";
import type { MediaKey } from "../../../protocol/words/media-key.ts";
import { createJournal, type Journal } from "./journal.ts";
import { createSound, type Voice } from "./sound.ts";

/** One side of a call without a phone: the test carries what it says to the other side. */
export interface MediaPart extends Journal {
  start(options: { trickle: boolean; relayOnly?: boolean }): Promise<readonly MediaKey[]>;
  command(command: MediaCommand): void;
  /** What the microphone hears, once it is opened; without it, the browser denies it. */
  sing(hertz: number): void;
  hears(wanted: number[], unwanted: number[]): Promise<void>;
  seesPicture(frames: number): Promise<void>;
  /** Waits for a picture wider than so many pixels; resolves with how wide it is. */
  seesWider(pixels: number): Promise<number>;
  /** The black picture stands in for what was shown. */
  seesBlack(): Promise<void>;
  mute(isMuted: boolean): void;
  showCamera(): Promise<void>;
  shareScreen(): Promise<void>;
  hidePicture(): void;
  chooseMicrophone(deviceId: string): Promise<void>;
  sendTones(tones: string): boolean;
  grade(): Promise<string | undefined>;
  trouble(): string | undefined;
  pulledOut(): void;
  /** Of the lines of sound and picture, as we want them. */
  wants(directions: string[]): Promise<void>;
  close(): void;
  /** Of all tracks that were ever opened, and of all connections. */
  leftovers(): { tracks: number; connections: number };
}

declare global {
  function say(event: MediaEvent): void;
}

const journal = createJournal();
const sound = createSound();
const stage: { media?: CallMediaControls; hertz?: number; voice?: Voice } = {};
const opened: MediaStreamTrack[] = [];
const connections: RTCPeerConnection[] = [];
const asked: string[] = [];

watchBrowser();

/** Microphones sing a tone of their own; all that is opened is remembered. */
function watchBrowser(): void {
  const { mediaDevices } = navigator;
  const take = mediaDevices.getUserMedia.bind(mediaDevices);
  const capture = HTMLCanvasElement.prototype.captureStream;
  const keep = (stream: MediaStream) => {
    opened.push(...stream.getTracks());
    return stream;
  };
  mediaDevices.getUserMedia = async (wish = {}) => {
    asked.push(JSON.stringify(wish));
    if (!wish.audio) return keep(await take(wish));
    if (stage.hertz === undefined) throw new DOMException("Denied", "NotAllowedError");
    stage.voice = sound.voice(stage.hertz);
    return keep(new MediaStream([stage.voice.track]));
  };
  mediaDevices.getDisplayMedia = () => take({ video: { width: 160, height: 120 } }).then(keep);
  HTMLCanvasElement.prototype.captureStream = function (rate) {
    return keep(capture.call(this, rate));
  };
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(config?: RTCConfiguration) {
      super(config);
      connections.push(this);
    }
  };
}

function theMedia(): CallMediaControls {
  if (!stage.media) throw new Error("This side has not started");
  return stage.media;
}

function remoteTrack(kind: "audio" | "video"): MediaStreamTrack {
  const [stream] = theMedia().remote.values();
  const track = stream?.getTracks().find(it => it.kind === kind);
  if (!track) throw new Error(`Nothing is received of ${kind}`);
  return track;
}

async function pictures(): Promise<Record<string, unknown>[]> {
  const open = connections.filter(it => it.signalingState !== "closed");
  const reports = await Promise.all(open.map(it => it.getStats()));
  const all = reports.flatMap(report => [...report.values()]);
  return all.filter(entry => entry.type === "inbound-rtp" && entry.kind === "video");
}

async function widthDecoded(): Promise<number> {
  return Math.max(0, ...(await pictures()).map(entry => Number(entry["frameWidth"] ?? 0)));
}

async function framesDecoded(): Promise<number> {
  return Math.max(0, ...(await pictures()).map(entry => Number(entry["framesDecoded"] ?? 0)));
}

/** Looks until it is so, for as long as a loaded machine may need. */
async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const late = performance.now() + 20_000;
  while (!(await isSo())) {
    if (performance.now() > late) throw new Error(`Never: ${what}`);
    await new Promise(resolve => setTimeout(resolve, 80));
  }
}

const part: MediaPart = {
  see: journal.see,
  read: journal.read,
  journal: journal.journal,
  async start({ trickle, relayOnly = false }) {
    const certificate = await createCertificate();
    stage.media = createCallMedia({
      certificate,
      trickle,
      ice: { iceServers: [], relayOnly },
      changed: () => undefined,
      failed: (command, error) => journal.write(`failed ${command}: ${error}`),
      hear(event) {
        journal.write("why" in event ? `${event.type} ${event.why}` : event.type);
        say(event);
      },
    });
    return certificate.keys;
  },
  command: command => theMedia().command(command),
  sing(hertz) {
    stage.hertz = hertz;
  },
  hears: (wanted, unwanted) => sound.listen(remoteTrack("audio"), { wanted, unwanted }),
  async seesPicture(frames) {
    const before = await framesDecoded();
    await until(`${frames} more frames`, async () => (await framesDecoded()) - before >= frames);
  },
  async seesWider(pixels) {
    await until(`more than ${pixels} pixels`, async () => (await widthDecoded()) > pixels);
    return widthDecoded();
  },
  seesBlack: () =>
    until("a black picture", async () => {
      const [newest] = (await pictures()).filter(it => Number(it["framesDecoded"] ?? 0) > 0);
      return newest?.["frameWidth"] === placeholderSize;
    }),
  mute: isMuted => theMedia().sources.mute(isMuted),
  showCamera: () => theMedia().sources.showPicture("camera"),
  shareScreen: () => theMedia().sources.showPicture("screen"),
  hidePicture: () => theMedia().sources.hidePicture(),
  chooseMicrophone: deviceId => theMedia().sources.chooseMicrophone({ deviceId }),
  sendTones: tones => theMedia().sendTones(tones),
  async grade() {
    const [tag] = theMedia().remote.keys();
    return tag && (await theMedia().readQuality(tag))?.grade;
  },
  trouble: () => theMedia().sources.trouble?.message,
  pulledOut() {
    const track = stage.voice?.track;
    track?.stop();
    // Devices that go say so; a track that is stopped by script does not.
    track?.dispatchEvent(new Event("ended"));
  },
  wants: directions =>
    until(`directions ${directions}`, async () => {
      const found = connections.flatMap(it => it.getTransceivers().map(({ direction }) => direction));
      return found.join() === directions.join();
    }),
  close: () => theMedia().close(),
  leftovers: () => ({
    tracks: opened.filter(track => track.readyState === "live").length,
    connections: connections.filter(it => it.signalingState !== "closed").length,
  }),
};
Object.assign(globalThis, { part });
