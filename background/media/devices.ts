/** A microphone, camera or loudspeaker that the user may choose. */
export interface Device {
  readonly id: string;
  readonly kind: MediaDeviceKind;
  /** Empty until a device of the kind has been allowed. */
  readonly label: string;
}

export async function listDevices(): Promise<readonly Device[]> {
  const found = await navigator.mediaDevices.enumerateDevices();
  // Before permission, browsers list one nameless device of each kind.
  return found
    .filter(({ deviceId }) => deviceId !== "")
    .map(({ deviceId: id, kind, label }) => ({ id, kind, label }));
}

/** Tells the devices now and at every change, until the signal aborts. */
export function startDeviceWatch(tell: (devices: readonly Device[]) => void, signal: AbortSignal): void {
  const look = () => {
    // A list that cannot be read is an empty one: nothing can be chosen then.
    listDevices().then(
      devices => signal.aborted || tell(devices),
      () => signal.aborted || tell([]),
    );
  };
  navigator.mediaDevices.addEventListener("devicechange", look, { signal });
  look();
}

/** How loud a track is, in [0, 1], some ten times a second, until the signal aborts. */
export function startLevelMeter(
  track: MediaStreamTrack,
  tell: (level: number) => void,
  signal: AbortSignal,
): void {
  const context = new AudioContext();
  const ear = context.createAnalyser();
  ear.fftSize = 1024;
  context.createMediaStreamSource(new MediaStream([track])).connect(ear);
  void context.resume();
  const samples = new Float32Array(ear.fftSize);
  const timer = setInterval(() => {
    ear.getFloatTimeDomainData(samples);
    tell(toLevel(samples));
  }, 100);
  signal.addEventListener("abort", () => {
    clearInterval(timer);
    void context.close();
  });
}

/** Root mean square on a scale of decibels: -60 dB is 0, full scale is 1. */
export function toLevel(samples: Float32Array): number {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length);
  const decibels = power === 0 ? -60 : 10 * Math.log10(power);
  return Math.min(1, Math.max(0, 1 + decibels / 60));
}
