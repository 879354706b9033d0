import { EtherlynkError } from "../../protocol/errors.ts";
import { type DeviceChoice, type DeviceTrouble, toDeviceTrouble } from "./microphone.ts";

export type PictureSource = "camera" | "screen";

/** @throws CameraError */
export async function openPicture(source: PictureSource, choice: DeviceChoice): Promise<MediaStreamTrack> {
  try {
    const stream = await (source === "camera" ? openCamera(choice) : openScreen());
    const [track] = stream.getVideoTracks();
    if (track === undefined) throw new DOMException("A stream without a track", "NotFoundError");
    track.contentHint = source === "camera" ? "motion" : "detail";
    return track;
  } catch (cause) {
    throw new CameraError(source, cause);
  }
}

function openCamera({ deviceId }: DeviceChoice): Promise<MediaStream> {
  const size = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };
  const video = deviceId === undefined ? size : { ...size, deviceId: { exact: deviceId } };
  return navigator.mediaDevices.getUserMedia({ video });
}

function openScreen(): Promise<MediaStream> {
  return navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 15 } }, audio: false });
}

const sentences: Readonly<Record<PictureSource, Readonly<Record<DeviceTrouble, string>>>> = {
  camera: {
    denied: "The camera is not allowed. Please allow it for this extension in the browser's settings.",
    missing: "There is no camera. Please connect one and try again.",
    busy: "The camera cannot be opened. Another program may be using it.",
  },
  screen: {
    denied: "The screen is not shared: you did not choose one, or the system forbids it.",
    missing: "There is no screen to share.",
    busy: "The screen cannot be shared now. Please try again.",
  },
};

export class CameraError extends EtherlynkError {
  readonly trouble: DeviceTrouble;

  constructor(source: PictureSource, cause: unknown) {
    const trouble = toDeviceTrouble(cause);
    super(`media.${source}`, sentences[source][trouble], { cause });
    this.trouble = trouble;
  }
}
