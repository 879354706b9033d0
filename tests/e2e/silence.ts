import type { Page } from "puppeteer";

/** How many milliseconds long the next silence is that ends, in what comes from the other side of a call. */
export function measureSilence(page: Page, hertz: number): Promise<number> {
  return page.evaluate(measure, hertz);
}

/** Runs in the window. */
async function measure(hertz: number): Promise<number> {
  const context = new AudioContext({ sampleRate: 48_000 });
  await context.resume();
  const ears = new Map<string, AnalyserNode>();
  const earOf = (track: MediaStreamTrack) => {
    const ear = ears.get(track.id) ?? context.createAnalyser();
    if (!ears.has(track.id)) {
      ear.fftSize = 4_096;
      ear.smoothingTimeConstant = 0;
      context.createMediaStreamSource(new MediaStream([track])).connect(ear);
      ears.set(track.id, ear);
    }
    return ear;
  };
  const isHeard = () =>
    [...document.querySelectorAll<HTMLMediaElement>("audio, video")]
      .filter(({ id }) => id !== "own-video")
      .flatMap(({ srcObject }) => (srcObject instanceof MediaStream ? srcObject.getAudioTracks() : []))
      .some(track => {
        const ear = earOf(track);
        const spectrum = new Float32Array(ear.frequencyBinCount);
        ear.getFloatFrequencyData(spectrum);
        const bin = Math.round(hertz / (48_000 / 4_096));
        return [-1, 0, 1].some(near => (spectrum[bin + near] ?? -200) > -50);
      });
  const until = performance.now() + 60_000;
  let [sounded, silentSince] = [false, 0];
  try {
    while (performance.now() < until) {
      const now = performance.now();
      if (!isHeard()) silentSince ||= sounded ? now : 0;
      else if (now - silentSince > 300 && silentSince > 0) return Math.round(now - silentSince);
      else [sounded, silentSince] = [true, 0];
      await new Promise(resolve => setTimeout(resolve, 40));
    }
  } finally {
    await context.close();
  }
  throw new Error(silentSince > 0 ? `Silence since ${until - silentSince} ms` : "It was never silent");
}
