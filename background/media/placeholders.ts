/** Tracks that stand where nothing is sent yet, so that audio and video have their lines from the first offer on. */
export interface Placeholders {
  readonly audio: MediaStreamTrack;
  readonly video: MediaStreamTrack;
  close(): void;
}

const size = 16;

export function createPlaceholders(): Placeholders {
  const context = new AudioContext();
  const [audio] = context.createMediaStreamDestination().stream.getAudioTracks();
  const [video] = drawBlack().captureStream(1).getVideoTracks();
  if (audio === undefined || video === undefined) throw new Error("A source without its track");
  return {
    audio,
    video,
    close() {
      audio.stop();
      video.stop();
      void context.close();
    },
  };
}

/** One black picture is sent; a still canvas makes no further ones. */
function drawBlack(): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = size;
  canvas.height = size;
  const drawing = canvas.getContext("2d");
  drawing?.fillRect(0, 0, size, size);
  return canvas;
}
