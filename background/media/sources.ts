import { openPicture, type PictureSource } from "./camera.ts";
import { createEarlyMicrophone } from "./early-microphone.ts";
import { type DeviceChoice, MicrophoneError, openMicrophone } from "./microphone.ts";
import { createPlaceholders, type Placeholders } from "./placeholders.ts";
import { createTrackSlot, type TrackSlot } from "./track-slot.ts";

export interface SourcesOptions {
  /** Has every connection send this track from now on. */
  send(kind: "audio" | "video", track: MediaStreamTrack): void;
  /** It was denied or is missing when the call asked for it. */
  noMicrophone(): void;
  changed(): void;
}

/** What a window shows of the sources, and does with them. */
export interface SourceControls {
  readonly isMuted: boolean;
  readonly picture: PictureSource | "none";
  /** For the corner of the window. */
  readonly ownPicture: MediaStreamTrack | undefined;
  /** For the level meter. */
  readonly ownVoice: MediaStreamTrack | undefined;
  /** Why there is no microphone, in words that say what to do. */
  readonly trouble: MicrophoneError | undefined;
  mute(isMuted: boolean): void;
  /**
   * Opened while it rings at somebody who was proven, and sent to nobody: it takes longer than a connection does, and
   * whoever places a call means to speak.
   */
  readyMicrophone(): void;
  /** Also before it is opened. @throws MicrophoneError */
  chooseMicrophone(choice: DeviceChoice): Promise<void>;
  /**
   * Also while it rings, for the eyes of this side alone: nobody is sent it before the call was accepted.
   *
   * @throws CameraError
   */
  showPicture(source: PictureSource, choice?: DeviceChoice): Promise<void>;
  hidePicture(): void;
}

/** What one call sends: microphone, camera or screen, and placeholders until then. */
export interface Sources extends SourceControls {
  tracks(): { readonly audio: MediaStreamTrack; readonly video: MediaStreamTrack };
  openMicrophone(): void;
  closeMicrophone(): void;
  close(): void;
}

interface Slots {
  readonly audio: TrackSlot;
  readonly video: TrackSlot;
  readonly black: MediaStreamTrack;
}

export function createSources(options: SourcesOptions): Sources {
  const voice = createVoice(options);
  const show = createPicture(options);
  let slots: Slots | undefined;
  let placeholders: Placeholders | undefined;
  // Not before there is a connection: a call that only rings needs none.
  const open = () => {
    placeholders ??= createPlaceholders();
    const { audio, video } = placeholders;
    slots ??= { audio: voice.slot(audio), video: show.slot(video), black: video };
    return slots;
  };
  const filled = (slot: TrackSlot | undefined) => (slot?.isFilled ? slot.track : undefined);
  return {
    get isMuted() {
      return voice.isMuted;
    },
    get picture() {
      return slots?.video.isFilled ? show.source : "none";
    },
    get ownPicture() {
      return filled(slots?.video);
    },
    get ownVoice() {
      return filled(slots?.audio);
    },
    get trouble() {
      return voice.trouble;
    },
    tracks() {
      const { audio, video, black } = open();
      return { audio: audio.track, video: show.isOut ? video.track : black };
    },
    openMicrophone() {
      const { audio, video } = open();
      show.letOut(video);
      void voice.open(audio);
    },
    closeMicrophone: () => voice.close(slots?.audio),
    readyMicrophone: () => voice.ready(),
    mute: isMuted => voice.mute(isMuted, filled(slots?.audio)),
    chooseMicrophone: choice => voice.choose(choice, slots?.audio),
    showPicture: (source, choice = {}) => show.show(open().video, source, choice),
    hidePicture: () => slots?.video.clear(),
    close() {
      voice.unready();
      slots?.audio.close();
      slots?.video.close();
      placeholders?.close();
    },
  };
}

function createVoice({ send, changed, noMicrophone }: SourcesOptions) {
  let choice: DeviceChoice = {};
  let isMuted = false;
  let isWanted = false;
  let trouble: MicrophoneError | undefined;
  const early = createEarlyMicrophone();
  const openTrack = async () => {
    const track = (await early.take()) ?? (await openMicrophone(choice));
    track.enabled = !isMuted;
    return track;
  };
  const put = async (slot: TrackSlot | undefined) => {
    try {
      await slot?.put(openTrack);
      trouble = undefined;
    } catch (error) {
      if (!(error instanceof MicrophoneError)) throw error;
      trouble = error;
    }
    changed();
    return trouble;
  };
  return {
    get isMuted() {
      return isMuted;
    },
    get trouble() {
      return trouble;
    },
    slot(placeholder: MediaStreamTrack): TrackSlot {
      const slot = createTrackSlot({
        placeholder,
        changed(track) {
          send("audio", track);
          changed();
        },
        lost() {
          // Pulled out: the browser's own choice takes its place. Without another the call goes on, and says so.
          choice = {};
          void put(slot);
        },
      });
      return slot;
    },
    ready() {
      if (!isWanted) early.open(choice);
    },
    unready: early.drop,
    async open(slot: TrackSlot) {
      isWanted = true;
      if (await put(slot)) noMicrophone();
    },
    close(slot: TrackSlot | undefined) {
      isWanted = false;
      slot?.clear();
    },
    mute(next: boolean, track: MediaStreamTrack | undefined) {
      isMuted = next;
      if (track) track.enabled = !next;
      changed();
    },
    async choose(next: DeviceChoice, slot: TrackSlot | undefined) {
      const last = choice;
      choice = next;
      early.drop();
      if (!isWanted) return;
      const failure = await put(slot);
      if (failure === undefined) return;
      // What was heard before goes on.
      choice = last;
      if (slot?.isFilled) trouble = undefined;
      throw failure;
    },
  };
}

function createPicture({ send, changed }: SourcesOptions) {
  let source: PictureSource = "camera";
  // A connection may be prepared while it rings, and whoever prepares it has accepted nothing yet.
  let isOut = false;
  return {
    get source() {
      return source;
    },
    get isOut() {
      return isOut;
    },
    slot: (placeholder: MediaStreamTrack) =>
      createTrackSlot({
        placeholder,
        changed(track) {
          if (isOut) send("video", track);
          changed();
        },
        // The browser's own bar ends the sharing of a screen.
        lost: changed,
      }),
    letOut(slot: TrackSlot) {
      if (isOut) return;
      isOut = true;
      if (slot.isFilled) send("video", slot.track);
    },
    async show(slot: TrackSlot, next: PictureSource, choice: DeviceChoice) {
      await slot.put(async () => {
        const track = await openPicture(next, choice);
        source = next;
        return track;
      });
    },
  };
}
