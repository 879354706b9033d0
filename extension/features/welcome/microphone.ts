export type MicrophoneState = "unknown" | "allowed" | "refused" | "missing";

/**
 * Asks in a page that people see: popups and offscreen documents are refused at once. What is allowed here holds for
 * all pages of the extension.
 */
export async function allowMicrophone(): Promise<MicrophoneState> {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    for (const track of stream.getTracks()) track.stop();
    return "allowed";
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    if (name === "NotAllowedError") return "refused";
    if (name === "NotFoundError") return "missing";
    throw error;
  }
}

/** Tells what was decided before, here or in the browser's own settings, and when that changes; asks nobody. */
export async function watchMicrophone(
  tell: (state: MicrophoneState) => void,
  signal: AbortSignal,
): Promise<void> {
  const status = await readStatus();
  if (signal.aborted) return;
  if (status === undefined) {
    const isNamed = await isMicrophoneNamed();
    if (isNamed && !signal.aborted) tell("allowed");
    return;
  }
  const look = () => tell(decided[status.state]);
  status.addEventListener("change", look, { signal });
  if (status.state !== "prompt") look();
}

const decided: Readonly<Record<PermissionState, MicrophoneState>> = {
  granted: "allowed",
  denied: "refused",
  prompt: "unknown",
};

/** Firefox before 131 knows no such permission (TypeError). */
async function readStatus(): Promise<PermissionStatus | undefined> {
  try {
    return await navigator.permissions.query({ name: "microphone" });
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Names of devices are told to who may use them. */
async function isMicrophoneNamed(): Promise<boolean> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.some(({ kind, label }) => kind === "audioinput" && label !== "");
}
