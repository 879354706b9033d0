import type { Page } from "puppeteer";

/** What one side hears and sees of the other, measured where it is played. */
export interface Heard {
  /** The loudest at each asked frequency while it was listened, in decibels; far below -80 is silence. */
  readonly decibels: readonly number[];
  /** Frames that were shown meanwhile. */
  readonly frames: number;
}

/** In decibels. A tone that is there reaches some -20 to -40; one that is not stays below -70. */
const audibleAbove = -55;
export const silentBelow = -65;

/** Listens and looks for a while at what the call window plays of the other side. */
export function measure(page: Page, hertz: readonly number[], forMs = 1_500): Promise<Heard> {
  return page.evaluate(measureHere, hertz, forMs);
}

/** Runs in the page. */
async function measureHere(hertz: readonly number[], forMs: number): Promise<Heard> {
  const played = [...document.querySelectorAll<HTMLMediaElement>("video, audio")].filter(
    each => each.id !== "own-video",
  );
  const sounding = played.filter(each => !each.muted && !each.paused);
  const streams = sounding.map(each => each.srcObject).filter(each => each instanceof MediaStream);
  const audio = new AudioContext({ sampleRate: 48_000 });
  const meter = audio.createAnalyser();
  meter.fftSize = 8_192;
  meter.smoothingTimeConstant = 0;
  for (const stream of streams) {
    if (stream.getAudioTracks().length > 0) audio.createMediaStreamSource(stream).connect(meter);
  }
  // The picture that stands in for a camera that is off is a tiny one.
  const video = played.find(each => each instanceof HTMLVideoElement && each.videoWidth > 32) as
    | HTMLVideoElement
    | undefined;
  const before = video?.getVideoPlaybackQuality().totalVideoFrames ?? 0;
  const spectrum = new Float32Array(meter.frequencyBinCount);
  const decibels = hertz.map(() => Number.NEGATIVE_INFINITY);
  for (const until = performance.now() + forMs; performance.now() < until; ) {
    await new Promise(resolve => setTimeout(resolve, 50));
    meter.getFloatFrequencyData(spectrum);
    for (const [place, wanted] of hertz.entries()) {
      const bin = Math.round((wanted * meter.fftSize) / audio.sampleRate);
      decibels[place] = Math.max(decibels[place] ?? 0, ...spectrum.slice(bin - 1, bin + 2));
    }
  }
  await audio.close();
  const after = video?.getVideoPlaybackQuality().totalVideoFrames ?? 0;
  return {
    // JSON has no infinity.
    decibels: decibels.map(each => Math.max(-200, Math.round(each))),
    frames: after - before,
  };
}

/** That one hears the other, and not oneself; gives how loud. */
export async function hears(page: Page, wanted: number, unwanted: number): Promise<number> {
  const until = performance.now() + 15_000;
  for (;;) {
    const { decibels } = await measure(page, [wanted, unwanted]);
    const [there = -200, other = 0] = decibels;
    if (there > audibleAbove && other < silentBelow) return there;
    if (performance.now() > until)
      throw new Error(`${wanted} Hz arrives at ${there} dB, ${unwanted} Hz at ${other}`);
  }
}
