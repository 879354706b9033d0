import { startEar } from "./ear.ts";

/** Put into our call window: waits for what the window plays of the other side. */
export interface WindowEar {
  /** The moment of the next click, as the browser stamped it. */
  readonly clicked: Promise<number>;
  /** When the other side's first offer was there to be applied; undefined until then. */
  offered: number | undefined;
  sound(): Promise<number>;
  frame(): Promise<number>;
}

const ear = startEar();

const windowEar: WindowEar = {
  clicked: new Promise(resolve => {
    addEventListener("click", event => event.isTrusted && resolve(performance.timeOrigin + event.timeStamp), {
      capture: true,
    });
  }),
  offered: undefined,
  async frame() {
    for (;;) {
      const { srcObject } = document.querySelector<HTMLVideoElement>("#their-video") ?? {};
      if (srcObject instanceof MediaStream && srcObject.getVideoTracks().length > 0)
        return ear.firstFrame(srcObject);
      await new Promise(resolve => setTimeout(resolve, 1));
    }
  },
  async sound() {
    for (;;) {
      for (const element of document.querySelectorAll<HTMLMediaElement>("audio, video")) {
        const { srcObject, id } = element;
        if (id === "own-video" || !(srcObject instanceof MediaStream)) continue;
        if (srcObject.getAudioTracks().length > 0) return ear.firstSound(srcObject);
      }
      await new Promise(resolve => setTimeout(resolve, 1));
    }
  },
};
Object.assign(globalThis, { windowEar });

const { prototype } = RTCPeerConnection;
/** Without the overload of callbacks. */
const apply: (description: RTCSessionDescriptionInit) => Promise<void> = prototype.setRemoteDescription;
prototype.setRemoteDescription = function (this: RTCPeerConnection, description: RTCSessionDescriptionInit) {
  if (description.type === "offer") windowEar.offered ??= performance.timeOrigin + performance.now();
  return apply.call(this, description);
};
