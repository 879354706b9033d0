import { unhurriedTimeout } from "./unhurried.ts";

/** A tone to send, and an ear for tones: what proves that sound flows and whose it is. */
export interface Voice {
  readonly track: MediaStreamTrack;
  retune(hertz: number): void;
}

/** A tone at its source reaches some -20 to -25 dB, an absent one is below -75 dB. */
const presentDb = -45;
const absentDb = -65;
/** Speech at its usual level has 100 bins and more of these, a tone some 10. */
const speechDb = -60;
const speechBins = 60;
const lookEveryMs = 40;
const longestListenMs = 15_000;
const spectrumSize = 8_192;

export function createSound() {
  const context = new AudioContext({ sampleRate: 48_000 });
  const ears = new Map<string, AnalyserNode>();

  const earOf = (track: MediaStreamTrack): AnalyserNode => {
    const known = ears.get(track.id);
    if (known) return known;
    // Chromium decodes a remote track for WebAudio only while an element plays it.
    const element = new Audio();
    element.muted = true;
    element.srcObject = new MediaStream([track]);
    void element.play();
    const ear = context.createAnalyser();
    ear.fftSize = spectrumSize;
    ear.smoothingTimeConstant = 0;
    context.createMediaStreamSource(new MediaStream([track])).connect(ear);
    ears.set(track.id, ear);
    return ear;
  };

  const levelsOf = (ear: AnalyserNode, tones: readonly number[]): Record<number, number> => {
    const spectrum = new Float32Array(ear.frequencyBinCount);
    ear.getFloatFrequencyData(spectrum);
    const level = (hertz: number) => {
      const bin = Math.round(hertz / (context.sampleRate / spectrumSize));
      return Math.max(...[-1, 0, 1].map(near => spectrum[bin + near] ?? Number.NEGATIVE_INFINITY));
    };
    return Object.fromEntries(tones.map(hertz => [hertz, Math.round(Math.max(level(hertz), -200))]));
  };

  return {
    voice(hertz: number): Voice {
      void context.resume();
      const oscillator = context.createOscillator();
      const volume = context.createGain();
      const out = context.createMediaStreamDestination();
      volume.gain.value = 0.3;
      oscillator.frequency.value = hertz;
      oscillator.connect(volume).connect(out);
      oscillator.start();
      const [track] = out.stream.getAudioTracks();
      if (!track) throw new Error("WebAudio made no track");
      return {
        track,
        retune(next) {
          oscillator.frequency.value = next;
        },
      };
    },
    /** Waits until `track` carries a sound of many tones at once: a pure tone fills a few bins of the spectrum. */
    async listenForSpeech(track: MediaStreamTrack): Promise<void> {
      await context.resume();
      const ear = earOf(track);
      const spectrum = new Float32Array(ear.frequencyBinCount);
      const until = performance.now() + longestListenMs;
      for (;;) {
        ear.getFloatFrequencyData(spectrum);
        const loud = spectrum.filter(level => level > speechDb).length;
        if (loud >= speechBins) return;
        if (performance.now() > until) throw new Error(`Wanted speech, heard ${loud} tones at once`);
        await new Promise(resolve => unhurriedTimeout(() => resolve(undefined), lookEveryMs));
      }
    },
    /** Waits until `track` carries exactly `wanted` of the tones `wanted` and `unwanted`; [] is silence. */
    async listen(
      track: MediaStreamTrack,
      tones: { wanted: readonly number[]; unwanted: readonly number[] },
    ): Promise<void> {
      await context.resume();
      const ear = earOf(track);
      const until = performance.now() + longestListenMs;
      for (;;) {
        const levels = levelsOf(ear, [...tones.wanted, ...tones.unwanted]);
        const present = tones.wanted.every(hertz => (levels[hertz] ?? -200) > presentDb);
        const absent = tones.unwanted.every(hertz => (levels[hertz] ?? -200) < absentDb);
        if (present && absent) return;
        if (performance.now() > until) {
          throw new Error(
            `Wanted ${tones.wanted.join(", ") || "no tone"}, heard (Hz: dB) ${JSON.stringify(levels)}`,
          );
        }
        await new Promise(resolve => unhurriedTimeout(() => resolve(undefined), lookEveryMs));
      }
    },
  };
}
