/**
 * A camera's picture starts small. libwebrtc throws away the first pictures of one that is larger than it believes the
 * path to bear (`DropDueToSize` of its encoder: 320 × 240 as long as it knows of no path), and asks the camera for less
 * after each: four pictures, a fifth of a second, until the first one leaves, and then it is no larger than this. Until
 * it has measured the path it is asked for no more.
 */
const small = { maxWidth: 320, maxHeight: 240 };
/** From the first picture on an open path; by then its probes have come back. */
const measuredMs = 1_000;

/** https://w3c.github.io/webrtc-extensions/#dom-rtcrtpencodingparameters-scaleresolutiondownto */
interface Encoding extends RTCRtpEncodingParameters {
  scaleResolutionDownTo?: { readonly maxWidth: number; readonly maxHeight: number };
}

export interface FirstPicture {
  connected(): void;
  /** What is sent from now on: a camera, a screen or the placeholder, which their hints tell apart. */
  sends(track: MediaStreamTrack): void;
}

export interface FirstPictureOptions {
  readonly sender: RTCRtpSender;
  readonly signal: AbortSignal;
  /** For the log: the picture is sent all the same. */
  failed(error: unknown): void;
}

export function createFirstPicture({ sender, signal, failed }: FirstPictureOptions): FirstPicture {
  let isConnected = false;
  let hint = "";
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isSmall = true;
  // One after the other: what is set must be what was read last.
  let work = Promise.resolve();
  const limit = () => {
    work = work
      .then(() => (signal.aborted ? undefined : bound(sender, isSmall)))
      .catch((error: unknown) => void (signal.aborted || failed(error)));
  };
  const grow = () => {
    if (!isSmall || signal.aborted) return;
    isSmall = false;
    limit();
  };
  const look = () => {
    // A screen may stand still, and what was sent small of it would stay so.
    if (hint === "detail") grow();
    else if (hint === "motion" && isConnected) timer ??= setTimeout(grow, measuredMs);
  };
  signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  limit();
  return {
    connected() {
      isConnected = true;
      look();
    },
    sends(track) {
      hint = track.contentHint;
      look();
    },
  };
}

async function bound(sender: RTCRtpSender, isSmall: boolean): Promise<void> {
  const parameters = sender.getParameters();
  const encodings: Encoding[] = parameters.encodings;
  for (const encoding of encodings) {
    if (isSmall) encoding.scaleResolutionDownTo = small;
    else delete encoding.scaleResolutionDownTo;
  }
  await sender.setParameters(parameters);
}
