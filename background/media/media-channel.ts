import { isRecord } from "../../protocol/bus/plain.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { ByteText } from "../../protocol/sip/message.ts";
import type { IceSettings } from "./call-media.ts";
import type { MediaCommand, MediaEvent } from "./media-port.ts";

/**
 * The phone and the window of one call speak directly, past the worker: a message of the runtime would wake it, and
 * reach every context. A BroadcastChannel is of one origin, so that no page and no other extension is on it.
 */
export type ToWindow =
  /** The phone listens from now on: a window that was there before says once more that it is. */
  | { readonly type: "hello" }
  | { readonly type: "start"; readonly start: MediaStart }
  | { readonly type: "command"; readonly command: MediaCommand }
  | { readonly type: "close" };

export type ToPhone =
  /** The window is there and listens. */
  | { readonly type: "ready" }
  /** An offer was made while it rings, and is kept for when one is asked for. */
  | { readonly type: "ahead"; readonly offer: ByteText }
  | { readonly type: "event"; readonly event: MediaEvent }
  /** The window goes: closed, reloaded or left. */
  | { readonly type: "gone" };

export interface MediaStart {
  /** Under which the call's certificate lies on the key shelf. */
  readonly certificate: string;
  readonly trickle: boolean;
  /** The offer may be made while it rings. */
  readonly ahead: boolean;
  readonly ice: IceSettings;
  readonly devices: { readonly microphone: string; readonly camera: string };
}

export interface Channel<Out, In> {
  send(message: Out): void;
  listen(listener: (message: In) => void): void;
  close(): void;
}

export function openPhoneEnd(call: CallId): Channel<ToWindow, ToPhone> {
  return openEnd(call, isToPhone);
}

export function openWindowEnd(call: CallId): Channel<ToPhone, ToWindow> {
  return openEnd(call, isToWindow);
}

/** Both ends are on one channel: the guard also keeps what a second window of the same call may say apart. */
function openEnd<Out, In>(call: CallId, isIn: (message: unknown) => message is In): Channel<Out, In> {
  const channel = new BroadcastChannel(`etherlynk.media.${call}`);
  return {
    send: message => channel.postMessage(message),
    listen(listener) {
      channel.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
        if (isIn(data)) listener(data);
      });
    },
    close: () => channel.close(),
  };
}

function isToPhone(message: unknown): message is ToPhone {
  if (!isRecord(message)) return false;
  const { type, event, offer } = message;
  if (type === "ahead") return typeof offer === "string";
  return type === "ready" || type === "gone" || (type === "event" && isRecord(event));
}

function isToWindow(message: unknown): message is ToWindow {
  if (!isRecord(message)) return false;
  const { type, start, command } = message;
  return (
    type === "hello" ||
    type === "close" ||
    (type === "start" && isRecord(start)) ||
    (type === "command" && isRecord(command))
  );
}
