import { h, render } from "preact";
import { createBus } from "../../../background/bus/bus.ts";
import { createMemoryWires } from "../../../background/bus/memory-wire.ts";
import type { CallView, PhoneSnapshot, Preferences } from "../../../background/bus/phone-contract.ts";
import { createTrust } from "../../../background/bus/trust.ts";
import { type CallMediaControls, createCallMedia } from "../../../background/media/call-media.ts";
import { createCertificate } from "../../../background/media/certificate.ts";
import type { MediaCommand, MediaEvent } from "../../../background/media/media-port.ts";
import { type CallProps, CallWindow } from "../../../extension/features/call-window/panel.tsx";
import { defaultPreferences } from "../../../extension/features/preferences/model.ts";
import type { AskId, CallId, DialogTag } from "../../../protocol/ids.ts";

/** A call window with the real media of a call; the other side is in the same page, and has no window. */
export interface CallWindowPart {
  start(): Promise<void>;
  /** The other side shows its camera, or no picture any more. */
  theyShow(isShown: boolean): Promise<void>;
  preferences(): Preferences;
  ownDevice(): string | undefined;
  /** What the browser says to who asks for a microphone from now on. */
  deny(isDenied: boolean): void;
  troubles(): readonly string[];
}

const tag = "device-1" as DialogTag;
const id = "fhhnnnpiabocggapphnfkbmnjihkccnc";
const origin = `chrome-extension://${id}`;
const address = "0x52908400098527886E0F7030069857D2E4169EE7";
const place = document.createElement("div");
document.body.append(place);

const call: CallView = {
  id: "c@node.example" as CallId,
  direction: "outgoing",
  stage: "talking",
  since: Date.now(),
  peer: { title: "Bob Ferris", address, proof: "account", isContact: false },
};
const world: { mine?: CallMediaControls; theirs?: CallMediaControls; isDenied: boolean } = {
  isDenied: false,
};
const shown: { snapshot: PhoneSnapshot } = {
  snapshot: {
    revision: 1,
    me: { account: address },
    line: { state: "ready" },
    calls: [call],
    recents: [],
    missed: 0,
    contacts: [],
    offers: [],
    preferences: defaultPreferences,
    home: { domain: "node.example", urls: [], chain: { id: 1 } },
  },
};
const troubles: string[] = [];
const bus = createPhone();
watchMicrophone();

/** What the phone does for this window: it keeps what is chosen. */
function createPhone() {
  const { signal } = new AbortController();
  const made = createBus({
    wire: createMemoryWires().open({ id, origin, url: `${origin}/call.html` }),
    trust: createTrust({ id, origin, elapsed: () => performance.now() }),
    newId: () => crypto.randomUUID() as string as AskId,
    failed: (name, error) => troubles.push(`${name}: ${error}`),
    signal,
  });
  made.answer(
    "preferences.values.change",
    change => {
      shown.snapshot = { ...shown.snapshot, preferences: { ...shown.snapshot.preferences, ...change } };
      draw();
      return null;
    },
    signal,
  );
  return made;
}

function watchMicrophone(): void {
  const { mediaDevices } = navigator;
  const take = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async wish => {
    if (world.isDenied) throw new DOMException("Denied", "NotAllowedError");
    return take(wish);
  };
}

function draw(): void {
  const run = (work: () => Promise<unknown>) => {
    work().catch((error: unknown) => troubles.push(String(error)));
  };
  const props: CallProps = { snapshot: shown.snapshot, bus, run, call, media: world.mine };
  render(h(CallWindow, props), place);
}

async function openSide(other: () => CallMediaControls | undefined): Promise<CallMediaControls> {
  return createCallMedia({
    certificate: await createCertificate(),
    trickle: true,
    ice: { iceServers: [], relayOnly: false },
    changed: draw,
    failed: (command, error) => troubles.push(`${command}: ${error}`),
    hear(event) {
      const command = toCommand(event);
      if (command) other()?.command(command);
    },
  });
}

function toCommand(event: MediaEvent): MediaCommand | undefined {
  if (event.type === "offer-made") return { do: "make-answer", tag, offer: event.offer, hold: false };
  if (event.type === "answer-made") return { do: "take-answer", tag, answer: event.answer };
  if (event.type === "candidates-made") return { do: "take-candidates", tag, fragment: event.fragment };
  return undefined;
}

const part: CallWindowPart = {
  async start() {
    const mine = await openSide(() => world.theirs);
    const theirs = await openSide(() => world.mine);
    Object.assign(world, { mine, theirs });
    theirs.command({ do: "make-offer", tag, hold: false, restart: false });
    theirs.command({ do: "open-microphone" });
    mine.command({ do: "open-microphone" });
  },
  async theyShow(isShown) {
    if (isShown) await world.theirs?.sources.showPicture("camera");
    else world.theirs?.sources.hidePicture();
  },
  preferences: () => shown.snapshot.preferences,
  ownDevice: () => world.mine?.sources.ownVoice?.label,
  deny(isDenied) {
    world.isDenied = isDenied;
  },
  troubles: () => troubles,
};
Object.assign(globalThis, { part });
