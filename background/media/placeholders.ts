/** Tracks that stand where nothing is sent yet, so that audio and video have their lines from the first offer on. */
export interface Placeholders {
  readonly audio: MediaStreamTrack;
  readonly video: MediaStreamTrack;
  close(): void;
}

/** Width and height of the black picture, in pixels: a window that receives this size shows no picture at all. */
export const placeholderSize = 16;

/** Often enough for a picture that was lost, and for one that takes the place of a camera. */
const redrawMs = 500;

export function createPlaceholders(): Placeholders {
  const context = new AudioContext();
  const [audio] = context.createMediaStreamDestination().stream.getAudioTracks();
  const { canvas, draw } = createBlack();
  const [video] = canvas.captureStream().getVideoTracks();
  if (audio === undefined || video === undefined) throw new Error("A source without its track");
  // A canvas that nobody draws on sends nothing, and the other side would keep the last picture of the camera.
  const timer = setInterval(draw, redrawMs);
  return {
    audio,
    video,
    close() {
      clearInterval(timer);
      audio.stop();
      video.stop();
      void context.close();
    },
  };
}

function createBlack() {
  const canvas = document.createElement("canvas");
  canvas.width = placeholderSize;
  canvas.height = placeholderSize;
  const drawing = canvas.getContext("2d");
  const draw = () => drawing?.fillRect(0, 0, placeholderSize, placeholderSize);
  draw();
  return { canvas, draw };
}
