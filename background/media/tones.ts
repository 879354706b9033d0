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
  let playing: Playing | undefined;
  /** Some hundred KB each: drawn once. */
  const drawn = new Map<ToneName, AudioBuffer>();
  const stop = () => {
    const last = playing;
    playing = undefined;
    last?.stop();
  };
  return {
    async start(name, volume, device) {
      context ??= new AudioContext();
      const own = context;
      const buffer = drawn.get(name) ?? drawBuffer(own, name);
      drawn.set(name, buffer);
      const last = playing;
      const ended = () => {
        if (playing === undefined) void own.suspend();
      };
      const next = prepare(own, { buffer, volume, ended });
      playing = next;
      last?.stop();
      await chooseDevice(own, device);
      await resume(own);
      next.start();
    },
    stop,
    close() {
      stop();
      void context?.close();
      context = undefined;
      drawn.clear();
    },
  };
}

interface Playing {
  /** Nothing, once it was stopped. */
  start(): void;
  stop(): void;
}

interface Sound {
  readonly buffer: AudioBuffer;
  readonly volume: number;
  readonly ended: () => void;
}

/**
 * What is taken off the loudspeaker while it plays is kept by the browser as something that plays, for ever: so it is
 * stopped first, and let go of when it has ended.
 */
function prepare(context: AudioContext, { buffer, volume, ended }: Sound): Playing {
  const source = context.createBufferSource();
  const loudness = context.createGain();
  let state: "ready" | "playing" | "over" = "ready";
  const end = () => {
    source.disconnect();
    loudness.disconnect();
    ended();
  };
  loudness.gain.value = volume;
  source.buffer = buffer;
  source.loop = true;
  source.connect(loudness).connect(context.destination);
  source.addEventListener("ended", end, { once: true });
  return {
    start() {
      if (state !== "ready") return;
      state = "playing";
      source.start();
    },
    stop() {
      const before = state;
      state = "over";
      if (before === "playing") source.stop();
      else if (before === "ready") end();
    },
  };
}

function drawBuffer(context: AudioContext, name: ToneName): AudioBuffer {
  const { sampleRate } = context;
  const buffer = context.createBuffer(1, Math.round(sampleRate * cadences[name].seconds), sampleRate);
  buffer.copyToChannel(drawTone(name, sampleRate), 0);
  return buffer;
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
