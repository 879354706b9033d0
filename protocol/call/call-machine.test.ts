import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { DialogTag } from "../ids.ts";
import type { Call, StateKind } from "./call.ts";
import { type Branch, branches } from "./call-branches.suite.ts";
import type { CallEvent, EventType } from "./call-event.ts";
import { transition } from "./call-machine.ts";
import {
  brief,
  device,
  eventTypes,
  fork,
  incomingCall,
  outgoingCall,
  type SampleName,
  sampleEvents,
  samples,
  stateKinds,
  tagA,
  tagB,
  talkingCall,
  winner,
} from "./call-samples.suite.ts";
import { heardIn } from "./heard-in.ts";

function kindOf(sample: string): StateKind {
  return samples[sample as SampleName].state.kind;
}

function hears(kind: StateKind, type: EventType): boolean {
  return (heardIn[type] as readonly StateKind[]).includes(kind);
}

/** Plays events one after the other; the effects of the last one, in brief. */
function play(call: Call, ...events: CallEvent[]): { call: Call; effects: string } {
  let current = call;
  let effects = "";
  for (const event of events) {
    const [next, asked] = transition(current, event);
    current = next;
    effects = asked.map(brief).join(", ");
  }
  return { call: current, effects };
}

describe("branches", () => {
  it.each(branches)("$name", ({ from, event, to, effects }: Branch) => {
    const call: Call = samples[from as SampleName];
    const [next, asked] = transition(call, sampleEvents[event as EventType]);
    expect(next.state.kind).toBe(to);
    expect(asked.map(brief).join(", ") || (next === call ? "nothing" : "-")).toBe(effects);
  });
});

describe("the table of states and events", () => {
  it("has a sample of every state and of every event", () => {
    expect(stateKinds.length).toBe(15);
    expect(eventTypes.sort()).toEqual(Object.keys(heardIn).sort());
  });

  it("says of every event where it comes from and what is done", () => {
    const text = readFileSync(new URL("./call-event.ts", import.meta.url), "utf8");
    const said = [
      ...text.matchAll(/\/\*\*\n {3}\* Source: [^/]*?\n {3}\* Action: [^/]*?\*\/\n {2}"?([a-z-]+)"?:/g),
    ];
    expect(said.map(([, event]) => event).sort()).toEqual(eventTypes.sort());
  });

  it("every heard pair has a named branch in which something happens", () => {
    const acts = (from: string, event: CallEvent): boolean => {
      const call: Call = samples[from as SampleName];
      const [next, asked] = transition(call, event);
      return next !== call || asked.length > 0;
    };
    const covered = new Set([
      ...branches
        .filter(({ from, event }) => acts(from, sampleEvents[event as EventType]))
        .map(({ from, event }) => `${kindOf(from)}->${event}`),
      ...named
        .filter(({ from, with: event }) => acts(from, event))
        .map(({ from, event }) => `${kindOf(from)}->${event}`),
    ]);
    const missing = stateKinds.flatMap(kind =>
      eventTypes
        .filter(type => hears(kind, type))
        .map(type => `${kind}->${type}`)
        .filter(pair => !covered.has(pair)),
    );
    expect(missing).toEqual([]);
  });

  it("every other pair is ignored: the same call, and nothing asked", () => {
    let pairs = 0;
    for (const call of Object.values<Call>(samples)) {
      for (const type of eventTypes.filter(each => !hears(call.state.kind, each))) {
        const [next, asked] = transition(call, sampleEvents[type]);
        expect(next, `${call.state.kind}->${type}`).toBe(call);
        expect(asked).toEqual([]);
        pairs += 1;
      }
    }
    expect(pairs).toBeGreaterThan(1000);
  });

  it("no event changes the call that it was given", () => {
    for (const call of Object.values<Call>(samples)) {
      const before = structuredClone(call);
      for (const type of eventTypes) transition(call, sampleEvents[type]);
      expect(call).toEqual(before);
    }
  });
});

interface NamedBranch {
  readonly name: string;
  readonly from: SampleName;
  readonly event: EventType;
  readonly with: CallEvent;
  readonly to: StateKind;
  readonly effects: string;
}

type Row = readonly [from: SampleName, event: CallEvent, to: StateKind, effects: string];

const GLARE = 'etherlynk;cause=486;text="glare"';

/** Branches that hang on what the event says. Empty effects: none; otherwise a part of them. */
const rows: readonly Row[] = [
  // Timers.
  ["resolving", { type: "timer-fired", timer: "resolve" }, "ended", "-resolve, write-log network-lost"],
  [
    "inviting",
    { type: "timer-fired", timer: "reach" },
    "ending",
    'SIP;cause=480;text="Temporarily Unavailable"',
  ],
  ["inviting/unheard", { type: "timer-fired", timer: "reach" }, "ending", "write-log offline"],
  ["inviting/disbelieved", { type: "timer-fired", timer: "reach" }, "ending", "write-log identity-failed"],
  [
    "ringing-out",
    { type: "timer-fired", timer: "no-answer" },
    "ending",
    'send-cancel etherlynk;cause=480;text="no-answer", +cancel, write-log no-answer',
  ],
  ["early-out", { type: "timer-fired", timer: "no-answer" }, "ending", "close-media, -no-answer"],
  [
    "connecting-out",
    { type: "timer-fired", timer: "setup" },
    "ending",
    "send-ack refusal, send-bye etherlynk",
  ],
  ["yielding", { type: "timer-fired", timer: "yield" }, "ended", "-yield, write-log glare"],
  [
    "screening/proving",
    { type: "timer-fired", timer: "screen" },
    "ended",
    "send-refusal 438, write-log identity-failed",
  ],
  ["screening", { type: "timer-fired", timer: "screen" }, "ended", "send-refusal 480, write-log offline"],
  [
    "ringing-in",
    { type: "timer-fired", timer: "ring" },
    "ended",
    "stop-ringtone, -ring, send-refusal 480, write-log no-answer, notify",
  ],
  ["early-in", { type: "timer-fired", timer: "ring" }, "ended", "close-media, -ring, send-refusal 480"],
  [
    "connecting-in/making-offer",
    { type: "timer-fired", timer: "setup" },
    "ended",
    "send-refusal 488, write-log media-failed",
  ],
  [
    "connecting-in",
    { type: "timer-fired", timer: "setup" },
    "ending",
    "-setup, +ack, write-log network-lost",
  ],
  ["active/opening", { type: "timer-fired", timer: "first-media" }, "ending", "write-log media-failed"],
  ["active/lost", { type: "timer-fired", timer: "lost-media" }, "ending", "write-log network-lost"],
  ["active/lost", { type: "timer-fired", timer: "restart" }, "active", "-restart, make-offer restart"],
  ["held/lost", { type: "timer-fired", timer: "restart" }, "held", "-restart, make-offer hold restart"],
  ["held/lost", { type: "timer-fired", timer: "lost-media" }, "ending", "write-log network-lost"],
  ["active/making-offer", { type: "timer-fired", timer: "renegotiate" }, "ending", "write-log media-failed"],
  ["active/offered", { type: "timer-fired", timer: "renegotiate" }, "ending", "write-log network-lost"],
  [
    "active/making-reply",
    { type: "timer-fired", timer: "renegotiate" },
    "ending",
    "refuse-reinvite 487, send-bye",
  ],
  ["active", { type: "timer-fired", timer: "renegotiate" }, "active", ""],
  ["ending", { type: "timer-fired", timer: "bye" }, "ended", "-bye"],
  ["ending/cancel", { type: "timer-fired", timer: "cancel" }, "ended", "-cancel"],
  ["ending/ack", { type: "timer-fired", timer: "ack" }, "ending", "-ack, send-bye, +bye"],

  // Identity.
  ["ringing-out/second", { type: "identity-proven", of: "ringing", tag: tagB, device }, "ringing-out", ""],
  [
    "ringing-out/second",
    { type: "identity-proven", of: "early", tag: tagB, device },
    "ringing-out",
    "make-answer",
  ],
  ["ringing-out/second", { type: "identity-waived", of: "early", tag: tagB }, "ringing-out", ""],
  ["ringing-out/second", { type: "identity-failed", of: "early", tag: tagB }, "ringing-out", ""],
  [
    "early-out/second",
    { type: "identity-proven", of: "early", tag: tagB, device },
    "early-out",
    "make-answer",
  ],
  ["early-out/second", { type: "identity-waived", of: "ringing", tag: tagB }, "early-out", ""],
  ["early-out/second", { type: "identity-failed", of: "ringing", tag: tagB }, "early-out", ""],
  [
    "early-out/making-answer",
    { type: "answer-made", tag: tagB, answer: "answer" },
    "early-out",
    "send-prack",
  ],
  [
    "connecting-out",
    { type: "identity-proven", of: "answer", tag: tagA, device },
    "connecting-out",
    "make-answer, open-microphone",
  ],
  ["connecting-out", { type: "identity-proven", of: "ringing", tag: tagA, device }, "connecting-out", ""],
  ["connecting-out", { type: "identity-proven", of: "answer", tag: tagB, device }, "connecting-out", ""],
  [
    "connecting-out/prepared",
    { type: "identity-proven", of: "answer", tag: tagA, device },
    "active",
    "-setup, send-ack nothing, open-microphone",
  ],
  [
    "connecting-out/no-offer",
    { type: "identity-proven", of: "answer", tag: tagA, device },
    "ending",
    "send-ack refusal, send-bye etherlynk",
  ],
  [
    "connecting-out",
    { type: "identity-waived", of: "answer", tag: tagA },
    "ending",
    "-setup, send-ack refusal, send-bye SIP;cause=438",
  ],
  [
    "connecting-out",
    { type: "identity-failed", of: "answer", tag: tagA },
    "ending",
    'send-ack refusal, send-bye SIP;cause=438;text="Invalid Identity Header", +bye, write-log identity-failed',
  ],
  [
    "screening/proving",
    { type: "identity-proven", of: "invite", tag: tagA, device },
    "screening",
    "ask-admission",
  ],
  [
    "screening/proving",
    { type: "identity-waived", of: "invite", tag: tagA },
    "ended",
    "-screen, send-refusal 438, write-log identity-failed",
  ],
  [
    "screening/proving",
    { type: "identity-failed", of: "invite", tag: tagA },
    "ended",
    "-screen, send-refusal 438, write-log identity-failed",
  ],

  // Several devices answer.
  [
    "connecting-out",
    { type: "peer-answered", tag: tagB },
    "connecting-out",
    'send-ack refusal, send-bye SIP;cause=200;text="Call completed elsewhere"',
  ],
  ["connecting-out", { type: "peer-answered", tag: tagA }, "connecting-out", ""],
  [
    "active",
    { type: "peer-answered", tag: tagB },
    "active",
    'send-ack refusal, send-bye SIP;cause=200;text="Call completed elsewhere"',
  ],
  ["active", { type: "peer-hung-up", tag: tagB, reasons: [] }, "active", "answer-bye"],
  ["connecting-out", { type: "peer-hung-up", tag: tagB, reasons: [] }, "connecting-out", "answer-bye"],
  ["ended", { type: "peer-answered", tag: tagB }, "ended", "send-ack refusal, send-bye"],
  ["ending", { type: "bye-answered", tag: tagB }, "ending", ""],
  ["ending", { type: "peer-hung-up", tag: tagB, reasons: [] }, "ending", "answer-bye"],

  // Refusals.
  ["inviting", { type: "rejected", status: 408, reasons: [] }, "ended", "-reach, write-log offline"],
  ["ringing-out", { type: "rejected", status: 408, reasons: [] }, "ended", "write-log no-answer"],
  ["ringing-out", { type: "rejected", status: 410, reasons: [] }, "ended", "write-log gone"],
  [
    "inviting",
    { type: "rejected", status: 480, reasons: ['etherlynk;cause=480;text="changed-hands"'] },
    "ended",
    "write-log changed-hands",
  ],
  ["inviting", { type: "rejected", status: 486, reasons: [GLARE] }, "yielding", "-reach, +yield"],
  [
    "early-out",
    { type: "rejected", status: 486, reasons: [GLARE] },
    "yielding",
    "stop-ringback, close-media, -no-answer, +yield",
  ],
  [
    "screening",
    { type: "refused", reason: "glare", successor: winner },
    "ended",
    "-screen, send-refusal 486",
  ],
  [
    "ringing-in",
    { type: "cancelled", reasons: ["SIP;cause=200"] },
    "ended",
    "stop-ringtone, -ring, send-refusal 487, write-log answered-elsewhere",
  ],
  [
    "ringing-in",
    { type: "cancelled", reasons: ["SIP;cause=603"] },
    "ended",
    "stop-ringtone, -ring, send-refusal 487, write-log declined-elsewhere",
  ],
  [
    "active",
    { type: "peer-hung-up", tag: tagA, reasons: ['etherlynk;cause=504;text="network-lost"'] },
    "ended",
    "close-microphone, close-media, answer-bye, write-log network-lost",
  ],

  // Admission.
  [
    "screening",
    { type: "admitted", how: "prepare" },
    "ringing-in",
    "-screen, make-offer, start-ringtone, +ring",
  ],
  ["screening/offer", { type: "admitted", how: "prepare" }, "ringing-in", "-screen, start-ringtone, +ring"],
  [
    "screening",
    { type: "admitted", how: "answer" },
    "connecting-in",
    "-screen, make-offer, open-microphone, +setup",
  ],
  [
    "screening/offer",
    { type: "admitted", how: "answer" },
    "connecting-in",
    "-screen, make-answer, open-microphone, +setup",
  ],
  ["connecting-in", { type: "acked" }, "ending", "send-bye etherlynk"],
  ["ringing-in", { type: "alerting" }, "ringing-in", ""],
  ["connecting-out/making-answer", { type: "answer-made", tag: tagB, answer: "x" }, "connecting-out", ""],

  // Media, by its tag and by what failed.
  ["active", { type: "media-failed", tag: tagA, why: "fingerprint" }, "ending", "write-log identity-failed"],
  ["active", { type: "media-failed", tag: tagB, why: "media" }, "active", ""],
  ["connecting-out", { type: "media-failed", tag: tagB, why: "media" }, "connecting-out", ""],
  ["ringing-in/offered", { type: "media-failed", tag: tagB, why: "media" }, "ringing-in", ""],

  // Inside the talk.
  [
    "active/offered",
    { type: "reinvite-rejected", tag: tagA, status: 488, random: 0 },
    "active",
    "drop-offer, notify",
  ],
  [
    "active/offered",
    { type: "reinvite-rejected", tag: tagA, status: 500, retryAfter: 3, random: 0 },
    "active",
    "drop-offer, +glare-retry",
  ],
  [
    "active/offered",
    { type: "reinvite-rejected", tag: tagA, status: 481, random: 0 },
    "ending",
    "write-log hung-up-by-them",
  ],
  [
    "active/offered",
    { type: "reinvite-rejected", tag: tagA, status: 408, random: 0 },
    "ending",
    "write-log network-lost",
  ],
  // Their phone is between two connections.
  [
    "active/offered",
    { type: "reinvite-rejected", tag: tagA, status: 480, random: 0 },
    "active",
    "drop-offer, +glare-retry",
  ],
  [
    "active/restarting",
    { type: "reinvite-rejected", tag: tagA, status: 503, random: 0 },
    "active",
    "drop-offer, +restart",
  ],
  ["active", { type: "reinvited", tag: tagA, hold: false, random: 0 }, "active", "make-offer, +renegotiate"],
  ["active", { type: "reinvited", tag: tagB, hold: true, random: 0 }, "active", "refuse-reinvite 481"],
  [
    "held/by-them",
    { type: "reinvited", tag: tagA, hold: false, offer: "offer", random: 0 },
    "held",
    "make-answer",
  ],
  ["active/offered", { type: "reinvite-accepted", tag: tagA }, "ending", "ack-reinvite, send-bye"],
  ["active/replied-offer", { type: "acked" }, "ending", "send-bye"],
  ["active/waiting", { type: "resume" }, "active", ""],
];

const named: readonly NamedBranch[] = rows.map(([from, event, to, effects]) => {
  const { type, ...rest } = event;
  const detail = Object.values(rest).flat().join(" ");
  return { name: `${from}->${type} ${detail}->${to}`, from, event: type, with: event, to, effects };
});

describe("branches by what the event says", () => {
  it.each(named)("$name", ({ from, with: event, to, effects }) => {
    const { call, effects: asked } = play(samples[from], event);
    expect(call.state.kind).toBe(to);
    if (effects === "") expect(asked).toBe("");
    else expect(asked).toContain(effects);
  });
});

describe("a call", () => {
  it("whose restart had its connection lost under it offers it again on the next one, whatever its path looks like", () => {
    const offered = { at: "offered", hold: false, restart: true } as const;
    const call = talkingCall({ media: "flowing", negotiation: offered, restarts: 1 });
    const refused: CallEvent = { type: "reinvite-rejected", tag: tagA, status: 504, random: 0.5 };
    const waiting = play(call, { type: "line-lost" }, refused);
    expect(waiting.effects).toContain("drop-offer");
    expect(waiting.effects).not.toContain("make-offer");
    expect(play(waiting.call, { type: "line-restored" }).effects).toContain("make-offer");
    // On a line that stands, a refusal is one.
    const settled = play(call, refused, { type: "line-lost" }, { type: "line-restored" });
    expect(settled.effects).not.toContain("make-offer");
  });

  it("whose restart found them between two connections offers it again, whatever its path looks like meanwhile", () => {
    const offered = { at: "offered", hold: false, restart: true } as const;
    const call = talkingCall({ media: "lost", negotiation: offered, restarts: 1 });
    for (const status of [480, 491]) {
      const refused: CallEvent = { type: "reinvite-rejected", tag: tagA, status, random: 0.5 };
      const waiting = play(call, refused, { type: "media-connected", tag: tagA });
      expect(waiting.effects).not.toContain("make-offer");
      const again = play(waiting.call, { type: "timer-fired", timer: "glare-retry" });
      expect(again.effects).toContain("make-offer restart");
    }
  });

  it("rings, is accepted, talks and ends, seen by the caller", () => {
    const { call, effects } = play(
      outgoingCall,
      { type: "dial" },
      { type: "resolved" },
      { type: "provisional" },
      { type: "peer-ringing", tag: tagA },
      { type: "identity-proven", of: "ringing", tag: tagA, device },
      { type: "peer-answered", tag: tagA, offer: "offer" },
      { type: "identity-proven", of: "answer", tag: tagA, device },
      { type: "answer-made", tag: tagA, answer: "answer" },
      { type: "media-connected", tag: tagA },
      { type: "hang-up" },
      { type: "bye-answered", tag: tagA },
    );
    expect(call.state).toEqual({ kind: "ended", reason: "hung-up-by-me", talked: true });
    expect(call.proof).toBe("proven");
    expect(call.peerDevice).toBe(device);
    expect(effects).toBe("-bye");
  });

  it("prepared while it rings, talks with the media that is there already", () => {
    const { call } = play(
      incomingCall,
      { type: "invited", tag: tagA },
      { type: "identity-proven", of: "invite", tag: tagA, device },
      { type: "admitted", how: "prepare" },
      { type: "alerting" },
      { type: "offer-made", offer: "offer" },
      { type: "pracked", answer: "answer" },
      { type: "media-connected", tag: tagA },
      { type: "accept" },
      { type: "acked" },
    );
    expect(call.state).toMatchObject({ kind: "active", talk: { media: "flowing", tag: tagA } });
  });

  it("gives up after as many restarts as it may try, and not before", () => {
    let call: Call = talkingCall();
    let restarts = 0;
    const hear = (event: CallEvent): void => {
      const [next, asked] = transition(call, event);
      call = next;
      restarts += asked.filter(effect => effect.do === "make-offer" && effect.restart).length;
    };
    hear({ type: "media-lost", tag: tagA });
    for (let round = 0; round < 10; round += 1) {
      hear({ type: "offer-made", offer: "offer" });
      hear({ type: "reinvite-accepted", tag: tagA, answer: "answer" });
      hear({ type: "timer-fired", timer: "restart" });
    }
    expect(restarts).toBe(4);
    expect(call.state.kind).toBe("active");
    hear({ type: "timer-fired", timer: "lost-media" });
    expect(call.state).toMatchObject({ kind: "ending", reason: "network-lost" });
  });

  it("retries after 491 with the waits of RFC 3261 §14.1: 2.1 to 4 s for the owner, 0 to 2 s for the other", () => {
    const wait = (base: Call, random: number): number | undefined => {
      const offered = talkingCall(
        { wantsHold: true, negotiation: { at: "offered", hold: true, restart: false } },
        base,
      );
      const [, asked] = transition(offered, { type: "reinvite-rejected", tag: tagA, status: 491, random });
      const timer = asked.find(effect => effect.do === "start-timer");
      return timer?.do === "start-timer" ? timer.ms : undefined;
    };
    expect([wait(outgoingCall, 0), wait(outgoingCall, 0.999_999)]).toEqual([2100, 4000]);
    expect([wait(incomingCall, 0), wait(incomingCall, 0.999_999)]).toEqual([0, 2000]);
  });

  it("keeps the last wish of a user who holds and resumes while the wire is busy", () => {
    const { call, effects } = play(
      talkingCall(),
      { type: "hold" },
      { type: "resume" },
      { type: "hold" },
      { type: "resume" },
      { type: "offer-made", offer: "offer" },
      { type: "reinvite-accepted", tag: tagA, answer: "answer" },
    );
    expect(call.state.kind).toBe("held");
    expect(effects).toContain("make-offer, ");
  });

  it("remembers no more than 16 devices, and can still talk to the seventeenth", () => {
    const tags = Array.from({ length: 40 }, (_, index) => `fork-${index}` as DialogTag);
    const rung = play(samples.inviting, ...tags.map((tag): CallEvent => ({ type: "peer-ringing", tag })));
    expect(rung.call.forks.length).toBe(16);
    const last = tags[39] as DialogTag;
    const { call } = play(
      rung.call,
      { type: "peer-answered", tag: last, offer: "offer" },
      { type: "identity-proven", of: "answer", tag: last, device },
      { type: "answer-made", tag: last, answer: "answer" },
    );
    expect(call.state.kind).toBe("active");
  });

  it("stops ringback when the only device that rang is gone, and keeps it while another rings", () => {
    const two = {
      ...samples["ringing-out"],
      forks: [fork(tagA, { rang: "proven" }), fork(tagB, { rang: "proven" })],
    };
    const goes = (tag: DialogTag): CallEvent => ({ type: "peer-hung-up", tag, reasons: [] });
    expect(play(two, goes(tagA)).effects).toBe("answer-bye");
    expect(play(two, goes(tagA), goes(tagB)).effects).toBe("stop-ringback, answer-bye");
  });
});
