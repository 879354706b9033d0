import { describe, expect, it, onTestFinished } from "vitest";
import type { CallId, DialogTag } from "../../protocol/ids.ts";
import { createClock } from "../base/clock.ts";
import { createFakeTime } from "../base/fake-clock.suite.ts";
import { createLog } from "../base/log.ts";
import { openWindowEnd, type ToWindow } from "./media-channel.ts";
import type { MediaCommand, MediaEvent } from "./media-port.ts";
import { createWindowMedia } from "./window-media.ts";

const tag = "device-1" as DialogTag;
const offer: MediaCommand = { do: "make-offer", tag, hold: false, restart: false };
const settings = {
  ice: { iceServers: [], relayOnly: false },
  devices: { microphone: "mic-2", camera: "" },
};

async function open(id: string) {
  const call = id as CallId;
  const fake = createFakeTime();
  const stored: string[] = [];
  const heard: MediaEvent[] = [];
  const gone: CallId[] = [];
  let made = 0;
  const port = createWindowMedia({
    shelf: { put: async name => void stored.push(name) },
    clock: createClock(fake),
    log: createLog({ now: () => 0, level: "error", write: () => undefined }),
    newId: () => "17",
    createCertificate: async () => {
      made += 1;
      return { certificate: { made } as never, keys: [{ alg: "sha-256", dig: String(made) }] };
    },
    settings: () => settings,
    gone: it => gone.push(it),
  });
  const media = await port.open({ id: call, trickle: true, offers: true, hear: event => heard.push(event) });
  onTestFinished(() => media.close());
  return { call, fake, stored, heard, gone, media, made: () => made };
}

function openWindow(call: CallId) {
  const channel = openWindowEnd(call);
  const heard: ToWindow[] = [];
  channel.listen(message => heard.push(message));
  onTestFinished(() => channel.close());
  const hears = async (count: number) => {
    await expect.poll(() => heard.length).toBe(count);
    return heard;
  };
  return { channel, hears };
}

describe("media whose home is a window", () => {
  it("what the phone commands before the window is there waits for it, in order, behind the start", async () => {
    const { call, media, stored } = await open("waits@a");
    media.command(offer);
    media.command({ do: "open-microphone" });
    const { channel, hears } = openWindow(call);
    channel.send({ type: "ready" });
    expect(await hears(3)).toEqual([
      { type: "start", start: { certificate: "certificate.17", trickle: true, ahead: true, ...settings } },
      { type: "command", command: offer },
      { type: "command", command: { do: "open-microphone" } },
    ]);
    expect(stored).toEqual(["certificate.17"]);
    media.command({ do: "close-microphone" });
    expect((await hears(4))[3]).toEqual({ type: "command", command: { do: "close-microphone" } });
  });

  it("a window that was there before, as while somebody is looked for on a slow chain, is found too", async () => {
    const { channel, hears } = openWindow("before@a" as CallId);
    channel.send({ type: "ready" });
    const { media } = await open("before@a");
    expect(await hears(1)).toEqual([{ type: "hello" }]);
    media.command(offer);
    channel.send({ type: "ready" });
    expect((await hears(3)).slice(1)).toMatchObject([{ type: "start" }, { type: "command", command: offer }]);
  });

  it("a second window of the same call starts nothing anew", async () => {
    const { call, media } = await open("second@a");
    const first = openWindow(call);
    first.channel.send({ type: "ready" });
    await first.hears(1);
    const second = openWindow(call);
    second.channel.send({ type: "ready" });
    media.command(offer);
    expect((await second.hears(1))[0]).toEqual({ type: "command", command: offer });
  });

  it("an offer made ahead answers the first wish for one at once, and is not told twice", async () => {
    const { call, media, heard } = await open("early@a");
    const { channel, hears } = openWindow(call);
    channel.send({ type: "ready" });
    await hears(1);
    channel.send({ type: "ahead", offer: "v=0 early" });
    await expect.poll(() => heard.splice(0)).toEqual([{ type: "offer-ahead", offer: "v=0 early" }]);
    media.command(offer);
    expect(heard).toEqual([{ type: "offer-made", offer: "v=0 early" }]);
    await hears(2);
    channel.send({ type: "event", event: { type: "offer-made", offer: "v=0 early" } });
    channel.send({ type: "event", event: { type: "offer-made", offer: "v=0 later" } });
    await expect.poll(() => heard.slice(1)).toEqual([{ type: "offer-made", offer: "v=0 later" }]);
  });

  it("candidates that an offer made ahead bears are not told again", async () => {
    const whole = "v=0\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ host\r\n";
    const { call, media, heard } = await open("whole@a");
    const { channel, hears } = openWindow(call);
    channel.send({ type: "ready" });
    await hears(1);
    channel.send({ type: "ahead", offer: whole });
    await expect.poll(() => heard.splice(0)).toHaveLength(1);
    media.command(offer);
    await hears(2);
    const candidates = (fragment: string) =>
      channel.send({ type: "event", event: { type: "candidates-made", tag, fragment } });
    channel.send({ type: "event", event: { type: "offer-made", offer: whole } });
    candidates("known");
    candidates("new");
    await expect
      .poll(() => heard)
      .toEqual([
        { type: "offer-made", offer: whole },
        { type: "candidates-made", tag, fragment: "new" },
      ]);
  });

  it.each([
    ["to hold with", [{ ...offer, hold: true }]],
    ["after another command took the connection", [{ do: "take-candidates", tag, fragment: "a=x" }, offer]],
  ] as [string, MediaCommand[]][])("an offer made ahead is not used %s", async (how, commands) => {
    const { call, media, heard } = await open(`unused-${how.length}@a`);
    const { channel, hears } = openWindow(call);
    channel.send({ type: "ready" });
    await hears(1);
    channel.send({ type: "ahead", offer: "v=0 early" });
    await expect.poll(() => heard.splice(0)).toEqual([{ type: "offer-ahead", offer: "v=0 early" }]);
    for (const command of commands) media.command(command);
    await hears(1 + commands.length);
    expect(heard).toEqual([]);
  });

  it("what the window says of the media reaches the call, and its going the phone", async () => {
    const { call, heard, gone } = await open("says@a");
    const { channel } = openWindow(call);
    channel.send({ type: "event", event: { type: "media-connected", tag } });
    channel.send({ type: "gone" });
    await expect.poll(() => gone).toEqual([call]);
    expect(heard).toEqual([{ type: "media-connected", tag }]);
  });

  it("a window that never comes is a failure of every connection that was asked for", async () => {
    const { media, heard, fake } = await open("never@a");
    media.command(offer);
    media.command({ ...offer, tag: "device-2" as DialogTag });
    media.command({ do: "open-microphone" });
    fake.advance(14_000);
    expect(heard).toEqual([]);
    fake.advance(2_000);
    expect(heard).toEqual([
      { type: "media-failed", tag, why: "media" },
      { type: "media-failed", tag: "device-2", why: "media" },
    ]);
  });

  it("is told when the call is over, and nothing after that", async () => {
    const { call, media } = await open("over@a");
    const { channel, hears } = openWindow(call);
    channel.send({ type: "ready" });
    await hears(1);
    media.close();
    media.command(offer);
    expect(await hears(2)).toContainEqual({ type: "close" });
  });

  it("a certificate is made ahead of each call, and used for one", async () => {
    const { media, made } = await open("ahead@a");
    expect(media.keys).toEqual([{ alg: "sha-256", dig: "1" }]);
    expect(made()).toBe(2);
  });
});
