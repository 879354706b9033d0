import type { CallId } from "../../protocol/ids.ts";
import type { Log } from "../base/log.ts";
import type { StoredKey } from "../store/key-shelf.ts";
import { type CallMediaControls, createCallMedia } from "./call-media.ts";
import { readMediaKeys } from "./certificate.ts";
import { type Channel, type MediaStart, openWindowEnd, type ToPhone } from "./media-channel.ts";
import type { MediaCommand } from "./media-port.ts";
import { awaitPhoneLock } from "./phone-lock.ts";

export interface MediaHomeOptions {
  readonly call: CallId;
  /** Takes the certificate off the key shelf: one window has it. */
  take(name: string): Promise<StoredKey | undefined>;
  /** The media are there, or something about them is another. */
  changed(media: CallMediaControls): void;
  /** Nobody commands the media any more, and they were closed: the call is over, or its phone is gone. */
  released(): void;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** The window's end: media begin when the phone says so, and end with the window. */
export function startMediaHome(options: MediaHomeOptions): void {
  const { call, log, signal } = options;
  const channel = openWindowEnd(call);
  let media: Promise<CallMediaControls> | undefined;
  const over = new AbortController();
  const close = () => void media?.then(it => it.close(), noMedia);
  /** A microphone must not stay open for a phone that died. */
  const watchPhone = async () => {
    await awaitPhoneLock(call, over.signal);
    close();
    options.released();
  };
  const begin = (start: MediaStart) => {
    watchPhone().catch((error: unknown) => log.failed("media.phone.unwatched", error));
    const opening = open(options, channel, start);
    opening.catch((error: unknown) => log.failed("media.home.unopened", error));
    return opening;
  };
  channel.listen(message => {
    if (message.type === "start") media ??= begin(message.start);
    else if (message.type === "hello") channel.send({ type: "ready" });
    else if (message.type === "command") void perform(options, channel, { media, command: message.command });
    else close();
  });
  const leave = () => {
    channel.send({ type: "gone" });
    over.abort();
    close();
  };
  signal.addEventListener("abort", leave, { once: true });
  channel.send({ type: "ready" });
}

/** Its failure was told when it was opened. */
const noMedia = () => undefined;

interface Performance {
  readonly media: Promise<CallMediaControls> | undefined;
  readonly command: MediaCommand;
}

/** What cannot be done is the end of the connection that it was for. */
async function perform(
  { log }: MediaHomeOptions,
  channel: Channel<ToPhone, unknown>,
  { media, command }: Performance,
): Promise<void> {
  try {
    (await media)?.command(command);
  } catch (error) {
    log.failed("media.command.failed", error, { command: command.do });
    if (!("tag" in command)) return;
    channel.send({ type: "event", event: { type: "media-failed", tag: command.tag, why: "media" } });
  }
}

async function open(
  { take, changed, log }: MediaHomeOptions,
  channel: Channel<ToPhone, unknown>,
  start: MediaStart,
): Promise<CallMediaControls> {
  const certificate = (await take(start.certificate)) as RTCCertificate | undefined;
  if (certificate === undefined) throw new Error("The certificate of this call was taken by somebody else.");
  const keys = await readMediaKeys(certificate);
  const media: CallMediaControls = createCallMedia({
    certificate: { certificate, keys },
    ice: start.ice,
    trickle: start.trickle,
    hear: event => channel.send({ type: "event", event }),
    ahead: offer => channel.send({ type: "ahead", offer }),
    failed: (command, error) => log.failed("media.command.failed", error, { command }),
    changed: () => changed(media),
  });
  const { microphone } = start.devices;
  if (microphone !== "") await media.sources.chooseMicrophone({ deviceId: microphone });
  changed(media);
  media.warmUp(start.ahead).catch((error: unknown) => log.failed("media.home.cold", error));
  return media;
}
