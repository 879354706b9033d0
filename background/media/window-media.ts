import type { CallId } from "../../protocol/ids.ts";
import type { ByteText } from "../../protocol/sip/message.ts";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { StoredKey } from "../store/key-shelf.ts";
import type { CallCertificate } from "./certificate.ts";
import type { MediaStart } from "./media-channel.ts";
import { openPhoneEnd } from "./media-channel.ts";
import type { CallMedia, MediaCommand, MediaEvent, MediaOpening, MediaPort } from "./media-port.ts";
import { holdPhoneLock } from "./phone-lock.ts";

export interface WindowMediaOptions {
  readonly shelf: { put(name: string, key: StoredKey, expires?: number): Promise<void> };
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
  createCertificate(): Promise<CallCertificate>;
  /** As the user has chosen by then. */
  settings(): Pick<MediaStart, "ice" | "devices">;
  /** The window of a call went. */
  gone(call: CallId): void;
}

/** A window opens within a fraction of this; one that the browser never shows must not leave a call hanging. */
const patienceMs = 15_000;
/** A certificate that no window took. */
const shelfLifeMs = 10 * 60_000;

/**
 * Media whose home is the window of the call: there the browser can ask for the microphone, and pictures are shown.
 * The phone makes the certificate, ahead of the call, and hands it over by the database.
 */
export function createWindowMedia(options: WindowMediaOptions): MediaPort {
  const { createCertificate } = options;
  let next = createCertificate();
  // Whoever opens a call hears of a failure.
  next.catch(() => undefined);
  return {
    async open(opening) {
      const made = next;
      next = createCertificate();
      next.catch(() => undefined);
      return openCall(options, opening, await made);
    },
  };
}

function openCall(options: WindowMediaOptions, opening: MediaOpening, made: CallCertificate): CallMedia {
  const { shelf, clock, log, newId } = options;
  const channel = openPhoneEnd(opening.id);
  const certificate = `certificate.${newId()}`;
  const over = new AbortController();
  const ready = Promise.all([
    shelf.put(certificate, made.certificate, clock.wall() + shelfLifeMs),
    holdPhoneLock(opening.id, over.signal),
  ]);
  // Whoever starts the window hears of a failure.
  ready.catch(() => undefined);
  const early = createEarlyOffer(opening.hear);
  let waiting: MediaCommand[] | undefined = [];
  let takeBack: (() => void) | undefined;

  const start = async () => {
    if (waiting === undefined) return;
    const commands = waiting;
    try {
      await ready;
    } catch (error) {
      log.failed("media.certificate.unstored", error);
      return fail();
    }
    if (over.signal.aborted || waiting === undefined) return;
    takeBack?.();
    waiting = undefined;
    channel.send({ type: "start", start: toStart(options, opening, certificate) });
    for (const command of commands) channel.send({ type: "command", command });
  };
  /** Each connection that was asked for failed. */
  const fail = () => {
    const tags = new Set((waiting ?? []).flatMap(command => ("tag" in command ? [command.tag] : [])));
    for (const tag of tags) opening.hear({ type: "media-failed", tag, why: "media" });
  };
  channel.listen(message => {
    if (message.type === "ready") void start();
    else if (message.type === "ahead") early.keep(message.offer);
    else if (message.type === "event") early.pass(message.event);
    else options.gone(opening.id);
  });
  // Who is dialled may take the chain longer to say than a window takes to open.
  channel.send({ type: "hello" });
  return {
    keys: made.keys,
    command(command) {
      if (over.signal.aborted) return;
      early.use(command);
      if (waiting === undefined) return channel.send({ type: "command", command });
      waiting.push(command);
      takeBack ??= clock.after(patienceMs, fail);
    },
    close() {
      if (over.signal.aborted) return;
      takeBack?.();
      channel.send({ type: "close" });
      channel.close();
      over.abort();
    },
  };
}

/**
 * An offer that the window made while it rings answers the first wish for one at once, past the window, which takes it
 * into use and says the same a moment later.
 */
function createEarlyOffer(hear: (event: MediaEvent) => void) {
  let kept: ByteText | undefined;
  let told: ByteText | undefined;
  let isFirst = true;
  /** All its candidates are in it: what the window says of them next has been said. */
  let isWhole = false;
  return {
    keep(offer: ByteText) {
      if (!isFirst) return;
      kept = offer;
      hear({ type: "offer-ahead", offer });
    },
    /** As the window does with what it has made: only the first command may have it. */
    use(command: MediaCommand) {
      if (!("tag" in command) || command.do === "close-media" || !isFirst) return;
      isFirst = false;
      if (kept === undefined || command.do !== "make-offer" || command.hold) return;
      told = kept;
      hear({ type: "offer-made", offer: kept });
    },
    pass(event: MediaEvent) {
      if (event.type === "offer-made" && told !== undefined) {
        isWhole = event.offer === told && told.includes("\na=candidate:");
        told = undefined;
      } else if (event.type === "candidates-made" && isWhole) isWhole = false;
      else hear(event);
    },
  };
}

/** Where addresses are secret, no server is asked for one before the user accepts. */
function toStart(options: WindowMediaOptions, opening: MediaOpening, certificate: string): MediaStart {
  const settings = options.settings();
  const { trickle, offers } = opening;
  return { certificate, trickle, ahead: offers && !settings.ice.relayOnly, ...settings };
}
