import type { Browser } from "puppeteer";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { MediaCommand, MediaEvent } from "../../background/media/media-port.ts";
import { placeholderSize } from "../../background/media/placeholders.ts";
import { type DialogTag, isDialogTag } from "../../protocol/ids.ts";
import { iceCredentialsOf, parseSdp } from "../../protocol/peer/sdp.ts";
import { hasOnlyMediaKeys, type MediaKey } from "../../protocol/words/media-key.ts";
import { launchBrowser } from "../../scripts/browser.ts";
import { findProgram } from "../../scripts/setup/ensure-system.js";
import { type PageServer, startPageServer } from "./page-server.ts";
import type { MediaPart } from "./pages/call-media-page.ts";
import { type Remote, remoteOf } from "./remote.ts";

interface Side {
  readonly part: Remote<MediaPart>;
  readonly keys: readonly MediaKey[];
  readonly said: MediaEvent[];
}

const [callerHertz, calleeHertz, otherHertz] = [500, 900, 1_600];
const tag = toTag("device-1");

describe.skipIf(!findProgram("chromium"))("the media of a call, in Chromium", () => {
  let server: PageServer;
  let browser: Browser;

  /** What is on its way between two sides. */
  const wire = { isCut: false, carried: [] as Promise<void>[] };

  beforeAll(async () => {
    server = await startPageServer();
    const launched = await launchBrowser({ protocolTimeout: 60_000 });
    if (!launched) throw new Error("There is no Chrome or Chromium");
    browser = launched;
  });
  afterEach(async () => {
    wire.isCut = true;
    await Promise.all(wire.carried.splice(0));
    const [first, ...others] = await browser.pages();
    await first?.goto("about:blank");
    await Promise.all(others.map(page => page.close()));
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  /** Two sides and the dialog between them: what one makes, the other takes. `change` is a node's own idea. */
  const openCall = async ({ trickle = true, relayOnly = false, change = (sdp: string) => sdp } = {}) => {
    wire.isCut = false;
    const openSide = async (other: () => Side | undefined): Promise<Side> => {
      const page = await browser.newPage();
      const said: MediaEvent[] = [];
      await page.exposeFunction("say", (event: MediaEvent) => {
        said.push(event);
        const command = wire.isCut ? undefined : toCommand(event, change);
        const carried = command && other()?.part.command(command);
        if (carried) wire.carried.push(carried);
      });
      await page.goto(`${server.origin}/call-media-page`);
      const part = remoteOf<MediaPart>(page, {});
      return { part, said, keys: await part.start({ trickle, relayOnly }) };
    };
    const sides: { caller?: Side; callee?: Side } = {};
    const caller = await openSide(() => sides.callee);
    const callee = await openSide(() => sides.caller);
    Object.assign(sides, { caller, callee });
    await caller.part.sing(callerHertz);
    await callee.part.sing(calleeHertz);
    return { caller, callee };
  };

  /** The callee offers, as in the 200 to an INVITE that brought none. */
  const connect = async ({ caller, callee }: { caller: Side; callee: Side }) => {
    await callee.part.command({ do: "make-offer", tag, hold: false, restart: false });
    await Promise.all([caller.part.see("media-connected"), callee.part.see("media-connected")]);
  };

  const openMicrophones = async (...sides: Side[]) => {
    await Promise.all(sides.map(({ part }) => part.command({ do: "open-microphone" })));
  };

  const talk = async ({ caller, callee }: { caller: Side; callee: Side }) => {
    await Promise.all([
      callee.part.hears([callerHertz], [calleeHertz]),
      caller.part.hears([calleeHertz], [callerHertz]),
    ]);
  };

  const count = ({ said }: Side, type: MediaEvent["type"]) => said.filter(it => it.type === type).length;

  it("is prepared in silence; microphones and cameras come and go without another offer", async () => {
    const call = await openCall();
    const { caller, callee } = call;
    await connect(call);
    await caller.part.hears([], [callerHertz, calleeHertz]);

    await openMicrophones(caller, callee);
    await talk(call);
    await callee.part.showCamera();
    await caller.part.seesPicture(10);
    await callee.part.shareScreen();
    await caller.part.seesPicture(10);
    await callee.part.hidePicture();
    await caller.part.seesBlack();

    expect([count(callee, "offer-made"), count(caller, "answer-made")]).toEqual([1, 1]);
    expect(await caller.part.grade()).toBe("good");
  });

  it("a camera starts small, to be seen at once, and grows when the path was measured", async () => {
    const call = await openCall();
    const { caller, callee } = call;
    await connect(call);
    await openMicrophones(caller, callee);
    await callee.part.showCamera();
    expect(await caller.part.seesWider(placeholderSize)).toBeLessThanOrEqual(320);
    await caller.part.seesWider(320);
  });

  it("bears the fingerprint of the certificate that was signed, on every line, and audio and video lines", async () => {
    const call = await openCall();
    const { caller, callee } = call;
    await connect(call);
    const offer = callee.said.flatMap(it => (it.type === "offer-made" ? [it.offer] : []))[0] ?? "";
    const answer = caller.said.flatMap(it => (it.type === "answer-made" ? [it.answer] : []))[0] ?? "";
    expect(hasOnlyMediaKeys(offer, callee.keys)).toBe(true);
    expect(hasOnlyMediaKeys(answer, caller.keys)).toBe(true);
    expect(hasOnlyMediaKeys(offer, caller.keys)).toBe(false);
    for (const sdp of [offer, answer]) {
      expect(parseSdp(sdp).media.map(([line = ""]) => line.split(" ")[0])).toEqual([
        "m=audio",
        "m=video",
        "m=application",
      ]);
    }
  });

  it("is refused where a node has put another fingerprint, whoever should have seen it before", async () => {
    const wrong = "AA:".repeat(31).concat("AA");
    const change = (sdp: string) => sdp.replace(/(a=fingerprint:sha-256 ).*/g, `$1${wrong}`);
    const { caller, callee } = await openCall({ change });
    await callee.part.command({ do: "make-offer", tag, hold: false, restart: false });
    await caller.part.see("media-failed fingerprint");
    expect(count(caller, "media-connected")).toBe(0);
  });

  it("mutes, holds from either side, and comes back", async () => {
    const call = await openCall();
    const { caller, callee } = call;
    await openMicrophones(caller, callee);
    await connect(call);
    await talk(call);

    await caller.part.mute(true);
    await callee.part.hears([], [callerHertz]);
    await caller.part.mute(false);
    await talk(call);

    await caller.part.command({ do: "make-offer", tag, hold: true, restart: false });
    await callee.part.see("answer-made");
    await Promise.all([
      callee.part.hears([], [callerHertz, calleeHertz]),
      caller.part.hears([], [callerHertz, calleeHertz]),
    ]);
    const held = caller.said.flatMap(it => (it.type === "offer-made" ? [it.offer] : []))[0] ?? "";
    expect(held.match(/^a=(inactive|send\w+|recvonly)/gm)).toEqual(["a=inactive", "a=inactive"]);

    await caller.part.command({ do: "make-offer", tag, hold: false, restart: false });
    await callee.part.see("answer-made", 2);
    await talk(call);
  });

  it("forgets a hold that was refused", async () => {
    const call = await openCall();
    const { caller, callee } = call;
    await openMicrophones(caller, callee);
    await connect(call);
    await talk(call);
    // The other side never hears of this one.
    wire.isCut = true;
    await caller.part.command({ do: "make-offer", tag, hold: true, restart: false });
    await caller.part.see("offer-made");
    await caller.part.command({ do: "drop-offer", tag });
    await caller.part.wants(["sendrecv", "sendrecv"]);
    await talk(call);
  });

  it.each(["caller", "callee"] as const)(
    "sounds on where an offer of the %s is dropped, and agrees anew",
    async who => {
      const call = await openCall();
      const { caller, callee } = call;
      await openMicrophones(caller, callee);
      await connect(call);
      await talk(call);
      const side = call[who];
      wire.isCut = true;
      await side.part.command({ do: "make-offer", tag, hold: false, restart: true });
      await side.part.command({ do: "drop-offer", tag });
      await Promise.all([caller, callee].map(({ part }) => part.hears([], [otherHertz])));
      await talk(call);
      wire.isCut = false;
      const other = who === "caller" ? callee : caller;
      await other.part.command({ do: "make-offer", tag, hold: false, restart: true });
      await side.part.see("answer-made", count(side, "answer-made") + 1);
      await talk(call);
    },
  );

  it("goes on through an ICE restart, with other credentials on both sides", async () => {
    const call = await openCall();
    const { caller, callee } = call;
    await openMicrophones(caller, callee);
    await connect(call);
    await talk(call);
    await caller.part.command({ do: "make-offer", tag, hold: false, restart: true });
    await Promise.all([
      caller.part.see("media-connected", 2),
      callee.part.see("media-connected", 2),
      callee.part.see("answer-made"),
    ]);
    await talk(call);
    expect(new Set(ufragsOf(caller)).size).toBe(2);
    expect(new Set(ufragsOf(callee)).size).toBe(2);
  });

  it("sends tones that the other side hears, and another microphone in the place of the last", async () => {
    const call = await openCall();
    const { caller, callee } = call;
    await openMicrophones(caller, callee);
    await connect(call);
    await talk(call);
    expect(await caller.part.sendTones("1111111111111111")).toBe(true);
    await callee.part.hears([697, 1_209], [otherHertz]);

    await caller.part.sing(otherHertz);
    await caller.part.chooseMicrophone("another");
    await callee.part.hears([otherHertz], [callerHertz]);
    await caller.part.sing(callerHertz);
    await caller.part.pulledOut();
    await callee.part.hears([callerHertz], [otherHertz]);
    expect(count(callee, "offer-made")).toBe(1);
  });

  it("gives one who does not trickle all candidates with the description", async () => {
    const call = await openCall({ trickle: false });
    const { caller, callee } = call;
    await openMicrophones(caller, callee);
    await connect(call);
    await talk(call);
    expect(count(caller, "candidates-made") + count(callee, "candidates-made")).toBe(0);
  });

  it("tells no address of its own where none but relays is wanted", async () => {
    const { caller } = await openCall({ trickle: false, relayOnly: true });
    await caller.part.command({ do: "make-offer", tag, hold: false, restart: false });
    await caller.part.see("offer-made");
    const offer = caller.said.flatMap(it => (it.type === "offer-made" ? [it.offer] : []))[0] ?? "";
    expect(offer).toContain("m=audio");
    expect(offer).not.toMatch(/^a=candidate/m);
  });

  it("prepares with two devices, and goes on with one when the other is let go", async () => {
    const call = await openCall();
    const { caller, callee } = call;
    await connect(call);
    await Promise.all([caller, callee].map(({ part }) => part.hears([], [callerHertz, calleeHertz])));
    const other = toTag("device-2");
    wire.isCut = true;
    await caller.part.command({ do: "make-offer", tag: other, hold: false, restart: false });
    await caller.part.see("offer-made");
    await caller.part.command({ do: "close-media", tag: other });
    expect((await caller.part.leftovers()).connections).toBe(1);
    await openMicrophones(caller, callee);
    await talk(call);
  });

  it("fails in words without a microphone", async () => {
    const { caller } = await openCall();
    await caller.part.page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = () =>
        Promise.reject(new DOMException("Denied", "NotAllowedError"));
    });
    await caller.part.command({ do: "make-offer", tag, hold: false, restart: false });
    await caller.part.command({ do: "open-microphone" });
    await caller.part.see("media-failed microphone");
    expect(await caller.part.trouble()).toMatch(/not allowed/);
  });

  it("leaves nothing open at the end", async () => {
    const call = await openCall();
    const { caller, callee } = call;
    await openMicrophones(caller, callee);
    await connect(call);
    await callee.part.showCamera();
    await caller.part.seesPicture(5);
    await Promise.all([caller.part.close(), callee.part.close()]);
    expect(await callee.part.leftovers()).toEqual({ tracks: 0, connections: 0 });
    expect(await caller.part.leftovers()).toEqual({ tracks: 0, connections: 0 });
  });
});

function toCommand(event: MediaEvent, change: (sdp: string) => string): MediaCommand | undefined {
  switch (event.type) {
    case "offer-made":
      return { do: "make-answer", tag, offer: change(event.offer), hold: false };
    case "answer-made":
      return { do: "take-answer", tag, answer: change(event.answer) };
    case "candidates-made":
      return { do: "take-candidates", tag, fragment: event.fragment };
    default:
      return undefined;
  }
}

function ufragsOf({ said }: Side): (string | undefined)[] {
  return said.flatMap(event => {
    if (event.type === "offer-made") return [iceCredentialsOf(parseSdp(event.offer), 0)?.ufrag];
    return event.type === "answer-made" ? [iceCredentialsOf(parseSdp(event.answer), 0)?.ufrag] : [];
  });
}

function toTag(text: string): DialogTag {
  if (!isDialogTag(text)) throw new Error("No tag");
  return text;
}
