import type { ElementHandle, Page } from "puppeteer";

/** What a person does and hears in the window of a call. */
export interface CallPage {
  readonly page: Page;
  /** Presses the button of this name as soon as it can be pressed. */
  press(name: string | RegExp): Promise<void>;
  /** Words that stand somewhere in the window. */
  says(words: string | RegExp): Promise<void>;
  /** Exactly these tones come from the other side: what their microphone hears, decoded here. */
  hears(wanted: readonly number[], unwanted: readonly number[]): Promise<void>;
  /** So many more frames of the other side's picture are shown. */
  sees(frames: number): Promise<void>;
  closed(): Promise<void>;
}

export function toCallPage(page: Page): CallPage {
  page.setDefaultTimeout(10_000);
  /** What stands there instead is what one wants to know. */
  const sees = async <Result>(what: string | RegExp, waiting: Promise<Result>): Promise<Result> => {
    try {
      return await waiting;
    } catch (cause) {
      const shown = await page.evaluate(() => document.body.innerText).catch(() => "nothing: it is closed");
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`The window never had "${what}" (${why}). It shows:\n${shown}`, { cause });
    }
  };
  return {
    page,
    async press(name) {
      const [source, flags] =
        typeof name === "string" ? [`^${escapeWords(name)}$`, ""] : [name.source, name.flags];
      const found = await sees(name, page.waitForFunction(findButton, { polling: 30 }, source, flags));
      const button = found.asElement() as ElementHandle<HTMLButtonElement> | null;
      if (button === null) throw new Error(`There is no button ${name}`);
      await button.click();
    },
    async says(words) {
      const [source, flags] =
        typeof words === "string" ? [escapeWords(words), ""] : [words.source, words.flags];
      const isThere = (pattern: string, how: string) =>
        new RegExp(pattern, how).test(document.body.innerText);
      await sees(words, page.waitForFunction(isThere, { polling: 50 }, source, flags));
    },
    hears: (wanted, unwanted) =>
      sees(`sound of ${wanted.join(", ") || "nobody"}`, page.evaluate(listen, wanted, unwanted)),
    sees: frames => page.evaluate(watchFrames, frames),
    async closed() {
      if (page.isClosed()) return;
      await new Promise<void>(resolve => page.once("close", () => resolve()));
    },
  };
}

/** Runs in the window: a button that can be pressed, by the name that people and screen readers know it by. */
function findButton(source: string, flags: string): HTMLButtonElement | undefined {
  const name = new RegExp(source, flags);
  return [...document.querySelectorAll("button")].find(
    button => !button.disabled && name.test((button.ariaLabel ?? button.innerText).trim()),
  );
}

function escapeWords(words: string): string {
  return words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** Runs in the window. A tone at its source reaches some -20 to -35 dB; an absent one is below -65 dB. */
async function listen(wanted: readonly number[], unwanted: readonly number[]): Promise<void> {
  const context = new AudioContext({ sampleRate: 48_000 });
  await context.resume();
  const until = performance.now() + 15_000;
  const ears = new Map<string, AnalyserNode>();
  const tracks = () =>
    [...document.querySelectorAll<HTMLMediaElement>("audio, video")]
      .filter(element => element.id !== "own-video")
      .flatMap(({ srcObject }) => (srcObject instanceof MediaStream ? srcObject.getAudioTracks() : []));
  const earOf = (track: MediaStreamTrack) => {
    const ear = ears.get(track.id) ?? context.createAnalyser();
    if (!ears.has(track.id)) {
      ear.fftSize = 8_192;
      ear.smoothingTimeConstant = 0;
      context.createMediaStreamSource(new MediaStream([track])).connect(ear);
      ears.set(track.id, ear);
    }
    return ear;
  };
  let heard: Record<number, number> = {};
  try {
    while (performance.now() < until) {
      heard = {};
      for (const track of tracks()) {
        const ear = earOf(track);
        const spectrum = new Float32Array(ear.frequencyBinCount);
        ear.getFloatFrequencyData(spectrum);
        for (const hertz of [...wanted, ...unwanted]) {
          const bin = Math.round(hertz / (48_000 / 8_192));
          const level = Math.max(...[-1, 0, 1].map(near => spectrum[bin + near] ?? -200), -200);
          heard[hertz] = Math.round(Math.max(level, heard[hertz] ?? -200));
        }
      }
      const isRight =
        wanted.every(hertz => (heard[hertz] ?? -200) > -50) &&
        unwanted.every(hertz => (heard[hertz] ?? -200) < -65);
      if (isRight && (wanted.length > 0 || performance.now() > until - 14_000)) return;
      await new Promise(resolve => setTimeout(resolve, 40));
    }
  } finally {
    await context.close();
  }
  throw new Error(`Wanted ${wanted.join(", ") || "silence"}, heard (Hz: dB) ${JSON.stringify(heard)}`);
}

/** Runs in the window. */
async function watchFrames(frames: number): Promise<void> {
  const until = performance.now() + 15_000;
  const shown = () => {
    const video = document.querySelector<HTMLVideoElement & { mozPaintedFrames?: number }>("#their-video");
    if (!video || video.videoWidth <= 16) return 0;
    // Firefox counts no frames of a stream in the standard's place.
    return video.mozPaintedFrames ?? video.getVideoPlaybackQuality().totalVideoFrames;
  };
  const first = shown();
  while (shown() - first < frames || shown() === 0) {
    if (performance.now() > until) throw new Error(`Saw ${shown() - first} frames of ${frames}`);
    await new Promise(resolve => setTimeout(resolve, 40));
  }
}
