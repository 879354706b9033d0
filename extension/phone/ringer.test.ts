import { describe, expect, it, vi } from "vitest";
import type { ToneName, TonePlayer } from "../../background/media/tones.ts";
import type { CallRecord } from "../../background/phone/ports.ts";
import type { Call } from "../../protocol/call/call.ts";
import { incomingCall, outgoingCall, talkingCall } from "../../protocol/call/call-samples.suite.ts";
import { openFeatureRig } from "../features/feature-rig.suite.ts";
import type {} from "../features/preferences/model.ts";
import { defaultPreferences } from "../features/preferences/model.ts";
import { createRinger } from "./ringer.ts";

function record(call: Call): CallRecord {
  const times = {
    began: 1,
    connected: undefined,
    ended: undefined,
    doubt: undefined,
    found: undefined,
    isGuest: false,
  };
  return { id: call.id, call, address: call.peer, context: undefined, ...times };
}

async function open() {
  const rig = await openFeatureRig();
  const calls: CallRecord[] = [];
  const heard: string[] = [];
  const trouble: { error?: Error } = {};
  const player: TonePlayer = {
    async start(name: ToneName, volume, device) {
      if (trouble.error) throw trouble.error;
      heard.push([name, volume, device].filter(part => part !== "").join(" "));
    },
    stop: () => void heard.push("silence"),
    close: vi.fn(),
  };
  const preferences = {
    ...defaultPreferences,
    ringtone: { tone: "soft", volume: 0.4, device: "desk" },
  } as const;
  const shown: unknown[] = [];
  const blind = new AbortController();
  rig.panel.answer(
    "worker.notice.show",
    notice => {
      shown.push(notice);
      return null;
    },
    blind.signal,
  );
  const ringer = createRinger({
    ...{ bus: rig.bus, failed: rig.failed, signal: rig.signal, player },
    preferences: () => preferences,
    calls: () => calls,
    titleOf: () => "Bob Ferris",
  });
  return { ...rig, ringer, calls, heard, trouble, shown, player, blind };
}

const [coming, going] = [record(incomingCall), record(outgoingCall)];

describe("the sound of calls", () => {
  it("is the chosen tone at the chosen loudspeaker, and silence when the last one ends", async () => {
    const { ringer, heard } = await open();
    await ringer.start("ringtone", coming);
    ringer.stop("ringtone", coming);
    ringer.stop("ringtone", coming);
    await expect.poll(() => heard).toEqual(["soft 0.4 desk", "silence"]);
  });

  it("a call that comes in goes before one that goes out, which is heard again behind it", async () => {
    const { ringer, heard } = await open();
    await ringer.start("ringback", going);
    await ringer.start("ringtone", coming);
    ringer.stop("ringtone", coming);
    await expect.poll(() => heard).toEqual(["ringback 1", "soft 0.4 desk", "ringback 1"]);
  });

  it("beside a talk it is a short beep", async () => {
    const { ringer, heard, calls } = await open();
    calls.push(record(talkingCall()));
    await ringer.start("ringtone", coming);
    expect(heard).toEqual(["waiting 0.4 desk"]);
  });

  it("without a loudspeaker it is seen; without a notice either it does not ring, and the call is told", async () => {
    const { ringer, trouble, heard, shown, blind } = await open();
    trouble.error = new DOMException("No loudspeaker", "NotFoundError");
    await ringer.start("ringtone", coming);
    expect(shown).toEqual([expect.objectContaining({ id: "in@example", isRinging: true })]);
    await expect(ringer.start("ringback", going)).rejects.toThrow("No loudspeaker");
    blind.abort();
    await expect(ringer.start("ringtone", coming)).rejects.toMatchObject({ code: "bus.nobody" });
    delete trouble.error;
    await ringer.start("ringback", going);
    expect(heard).toEqual(["ringback 1"]);
  });

  it("is tried out as it is chosen, but not over a call", async () => {
    const { ringer, panel, heard } = await open();
    await panel.ask("preferences.ringtone.try", null);
    expect(heard).toEqual(["soft 0.4 desk"]);
    await ringer.start("ringback", going);
    await panel.ask("preferences.ringtone.try", null);
    expect(heard).toEqual(["soft 0.4 desk", "ringback 1"]);
  });
});

it("a missed call is told in a notice that bears the user's own name for who called", async () => {
  const { ringer, shown } = await open();
  ringer.notify("missed-call", coming);
  await expect
    .poll(() => shown)
    .toEqual([
      {
        id: "missed-call in@example",
        title: "Bob Ferris",
        message: "You missed a call.",
        isRinging: false,
      },
    ]);
});
