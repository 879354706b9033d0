import { EtherlynkError } from "../../protocol/errors.ts";

/** Which device is asked for; the browser's own choice where it is not given. */
export interface DeviceChoice {
  readonly deviceId?: string;
}

/** @throws MicrophoneError */
export async function openMicrophone({ deviceId }: DeviceChoice = {}): Promise<MediaStreamTrack> {
  const audio = {
    echoCancellation: true,
    noiseSuppression: true,
    autoGainControl: true,
    ...(deviceId === undefined ? {} : { deviceId: { exact: deviceId } }),
  };
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio });
    return firstOf(stream.getAudioTracks());
  } catch (cause) {
    throw new MicrophoneError(cause);
  }
}

function firstOf(tracks: readonly MediaStreamTrack[]): MediaStreamTrack {
  const [track] = tracks;
  if (track === undefined) throw new DOMException("A stream without a track", "NotFoundError");
  return track;
}

/** `denied`: by the user or a policy; `missing`: no such device; `busy`: the system does not give it. */
export type DeviceTrouble = "denied" | "missing" | "busy";

export function toDeviceTrouble(cause: unknown): DeviceTrouble {
  const name = cause instanceof Error ? cause.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "missing";
  return "busy";
}

const sentences: Readonly<Record<DeviceTrouble, string>> = {
  denied: "The microphone is not allowed. Please allow it for this extension in the browser's settings.",
  missing: "There is no microphone. Please connect one and try again.",
  busy: "The microphone cannot be opened. Another program may be using it.",
};

export class MicrophoneError extends EtherlynkError {
  readonly trouble: DeviceTrouble;

  constructor(cause: unknown) {
    const trouble = toDeviceTrouble(cause);
    super("media.microphone", sentences[trouble], { cause });
    this.trouble = trouble;
  }
}
