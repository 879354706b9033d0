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
