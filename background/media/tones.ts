/** Sounds that the phone makes by itself, each one cadence that is repeated. */
export type ToneName = "classic" | "soft" | "pulse" | "ringback" | "waiting";

interface Beep {
  /** Seconds from the beginning of the cadence. */
  readonly at: number;
  readonly length: number;
  readonly hertz: readonly number[];
}

interface Cadence {
  readonly seconds: number;
  readonly beeps: readonly Beep[];
  /** Against the others, so that all are as loud to the ear. */
  readonly gain: number;
}

/** Ringback is what Europe hears (ITU-T E.180: 425 Hz, one second on, four off); the others are ours. */
const cadences: Readonly<Record<ToneName, Cadence>> = {
  classic: {
    seconds: 3,
    gain: 0.5,
    beeps: [0, 0.6].map(at => ({ at, length: 0.4, hertz: [400, 450, 1200] })),
  },
  soft: {
    seconds: 3.2,
    gain: 0.45,
    beeps: [523.25, 659.25, 783.99, 659.25].map((hertz, step) => ({
      at: step * 0.28,
      length: 0.5,
      hertz: [hertz],
    })),
  },
  pulse: {
    seconds: 2,
    gain: 0.5,
    beeps: [0, 0.14, 0.28, 0.42].map(at => ({ at, length: 0.09, hertz: [880, 1320] })),
  },
  ringback: { seconds: 5, gain: 0.25, beeps: [{ at: 0, length: 1, hertz: [425] }] },
  waiting: { seconds: 10, gain: 0.2, beeps: [0, 0.25].map(at => ({ at, length: 0.12, hertz: [425] })) },
};

/** Without a slope at both ends a tone begins and ends with a click. */
const slopeSeconds = 0.012;

/** One cadence as samples in [-1, 1]. */
export function drawTone(name: ToneName, rate: number): Float32Array<ArrayBuffer> {
  const { seconds, beeps, gain } = cadences[name];
  const samples = new Float32Array(Math.round(seconds * rate));
  for (const beep of beeps) drawBeep(samples, beep, { rate, gain });
  return samples;
}

function drawBeep(
  samples: Float32Array,
  { at, length, hertz }: Beep,
  { rate, gain }: { rate: number; gain: number },
): void {
  const first = Math.round(at * rate);
  const count = Math.min(Math.round(length * rate), samples.length - first);
  const slope = slopeSeconds * rate;
  for (let place = 0; place < count; place += 1) {
    const edge = Math.min(1, place / slope, (count - place) / slope);
    const wave = hertz.reduce((sum, one) => sum + Math.sin((2 * Math.PI * one * place) / rate), 0);
    samples[first + place] = (samples[first + place] ?? 0) + (edge * gain * wave) / hertz.length;
  }
}

export interface TonePlayer {
  /** Resolves when the tone is running; the one before ends. */
  start(name: ToneName, volume: number, device: string): Promise<void>;
  stop(): void;
  close(): void;
}

/** How long the system may take to open a loudspeaker. */
const patienceMs = 2_000;

/** Plays one tone at a time. The loudspeaker is let go of between tones, and kept ready: opening one takes a while. */
export function createTonePlayer(): TonePlayer {
  let context: AudioContext | undefined;
  let playing: { readonly stop: () => void } | undefined;
  const stop = () => {
    playing?.stop();
    playing = undefined;
    void context?.suspend();
  };
  return {
    async start(name, volume, device) {
      playing?.stop();
      context ??= new AudioContext();
      const own = context;
      const source = own.createBufferSource();
      const loudness = own.createGain();
      let isStopped = false;
      playing = {
        stop() {
          isStopped = true;
          source.disconnect();
          loudness.disconnect();
        },
      };
      loudness.gain.value = volume;
      const buffer = own.createBuffer(1, Math.round(own.sampleRate * cadences[name].seconds), own.sampleRate);
      buffer.copyToChannel(drawTone(name, own.sampleRate), 0);
      source.buffer = buffer;
      source.loop = true;
      source.connect(loudness).connect(own.destination);
      await chooseDevice(own, device);
      await resume(own);
      if (!isStopped) source.start();
    },
    stop,
    close() {
      stop();
      void context?.close();
      context = undefined;
    },
  };
}

/** A loudspeaker that was pulled out is no reason not to ring. */
async function chooseDevice(context: AudioContext, device: string): Promise<void> {
  const chosen = context as AudioContext & {
    readonly sinkId?: unknown;
    setSinkId?(id: string): Promise<void>;
  };
  if (chosen.setSinkId === undefined || (chosen.sinkId ?? "") === device) return;
  await chosen.setSinkId(device).catch(() => chosen.setSinkId?.(""));
}

async function resume(context: AudioContext): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new DOMException("The loudspeaker does not open", "TimeoutError")),
      patienceMs,
    );
  });
  try {
    await Promise.race([context.resume(), late]);
  } finally {
    clearTimeout(timer);
  }
}
