import type { Bus } from "../../background/bus/bus.ts";
import type { Preferences } from "../../background/bus/phone-contract.ts";
import type { TonePlayer } from "../../background/media/tones.ts";
import type { CallRecord, Ringer } from "../../background/phone/ports.ts";
import { isTalking } from "../../protocol/call/call.ts";
import type { CallId } from "../../protocol/ids.ts";
import { toRingingNotice } from "./call-notices.ts";

export interface RingerOptions {
  readonly bus: Bus;
  readonly player: TonePlayer;
  preferences(): Preferences;
  calls(): readonly CallRecord[];
  /** In the user's own words, else the address. */
  titleOf(record: CallRecord): string;
  readonly failed: (name: string, error: unknown) => void;
  readonly signal: AbortSignal;
}

/**
 * The sound of calls, which the phone makes by itself, with no window open. One tone at a time: the ringtone of a
 * call that comes in goes before the ringback of one that goes out; beside a talk a ringtone is a short beep.
 */
export function createRinger(options: RingerOptions): Ringer {
  const { bus, player, preferences, failed, signal } = options;
  const sounding = new Map<CallId, "ringtone" | "ringback">();

  const play = async () => {
    const tones = [...sounding.values()];
    if (tones.length === 0) return player.stop();
    const { ringtone, devices } = preferences();
    if (!tones.includes("ringtone")) return player.start("ringback", 1, devices.speaker);
    const isBeside = options.calls().some(({ call }) => isTalking(call.state));
    await player.start(isBeside ? "waiting" : ringtone.tone, ringtone.volume, ringtone.device);
  };
  const notice = (work: Promise<unknown>) => void work.catch((error: unknown) => failed("notice", error));
  let trial: ReturnType<typeof setTimeout> | undefined;
  bus.answer(
    "preferences.ringtone.try",
    async () => {
      if (sounding.size > 0) return null;
      clearTimeout(trial);
      const { tone, volume, device } = preferences().ringtone;
      await player.start(tone, volume, device);
      trial = setTimeout(() => sounding.size === 0 && player.stop(), trialMs);
      return null;
    },
    signal,
  );
  signal.addEventListener("abort", () => player.close(), { once: true });
  return {
    async start(tone, record) {
      const { id } = record;
      sounding.set(id, tone);
      try {
        await play();
      } catch (error) {
        sounding.delete(id);
        // A machine without a loudspeaker alerts by what is seen; one that shows nothing either does not alert.
        if (tone === "ringback") throw error;
        failed("tone", error);
        await bus.ask("worker.notice.show", toRingingNotice(record, options.titleOf));
      }
    },
    stop(_tone, { id }) {
      if (sounding.delete(id)) play().catch((error: unknown) => failed("tone", error));
    },
    notify(what, record) {
      const id = `${what} ${record.id}`;
      const title = options.titleOf(record);
      const message = what === "missed-call" ? "You missed a call." : "They did not take the hold.";
      notice(bus.ask("worker.notice.show", { id, title, message, isRinging: false }));
    },
  };
}

const trialMs = 2_500;
