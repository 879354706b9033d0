/** Milliseconds since 1970: the first sound that is no silence, and the first picture, of one stream. */
export interface First {
  readonly sound: number;
  readonly frame: number;
}

const loud = 0.01;
const patienceMs = 15_000;

/**
 * Listens before anything is there, so that what is measured is the call and not the listening. The same code for all
 * who are compared: samples as they are played, some three milliseconds at a time.
 */
export function startEar() {
  const context = new AudioContext({ latencyHint: "interactive" });
  void context.resume();
  const now = () => performance.timeOrigin + performance.now();

  const firstSound = async (stream: MediaStream): Promise<number> => {
    const listener = context.createAnalyser();
    listener.fftSize = 256;
    // Chromium decodes a remote track for WebAudio only while an element plays it.
    const element = new Audio();
    element.muted = true;
    element.srcObject = stream;
    void element.play();
    const source = context.createMediaStreamSource(new MediaStream(stream.getAudioTracks()));
    source.connect(listener);
    const samples = new Float32Array(listener.fftSize);
    const until = performance.now() + patienceMs;
    while (performance.now() < until) {
      listener.getFloatTimeDomainData(samples);
      if (samples.some(sample => Math.abs(sample) > loud)) {
        source.disconnect();
        element.srcObject = null;
        return now();
      }
      await new Promise(resolve => setTimeout(resolve, 1));
    }
    throw new Error("Nothing was heard");
  };
  /** Of a camera: what stands in its place until then is 16 pixels wide. */
  const firstFrame = (stream: MediaStream): Promise<number> =>
    new Promise((resolve, reject) => {
      const video = document.createElement("video");
      video.muted = true;
      video.srcObject = stream;
      document.body.append(video);
      const look = () => {
        if (video.videoWidth <= 16) return void video.requestVideoFrameCallback(look);
        const at = now();
        video.remove();
        resolve(at);
      };
      video.requestVideoFrameCallback(look);
      void video.play();
      setTimeout(() => reject(new Error("Nothing was seen")), patienceMs);
    });
  return {
    firstSound,
    firstFrame,
  };
}
