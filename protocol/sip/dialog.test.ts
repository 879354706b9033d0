import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createResponse } from "./create-response.ts";
import { glareWait, openAsCallee, openAsCaller, stepDialog } from "./dialog.ts";
import { dialogKey, keyOfPeer } from "./dialog-peer.ts";
import type { Dialog, DialogEffect, DialogEvent, DialogPeer, DialogTimer } from "./dialog-state.ts";
import type { SipRequest, SipResponse } from "./message.ts";
import { line, linesOf, sampleRequest, sampleResponse } from "./samples.suite.ts";

const contact = "<sip:alice@a.example;gr=urn:uuid:alice>";
const theirs = "<sip:bob@b.example;gr=urn:uuid:bob>";
const invite = sampleRequest({ headers: [["Contact", contact]], seq: 10 });
const received = sampleRequest({
  headers: [
    ["Contact", contact],
    ["Record-Route", "<sip:two.example;lr>, <sip:one.example;lr>"],
  ],
  seq: 10,
});

const answerOf = (status: number, headers: [string, string][] = [["Contact", theirs]]) =>
  sampleResponse(invite, status, { headers });

/** The dialog of the caller's side, not stepped yet, and of the callee's, not answered yet. */
function caller(response = answerOf(180)): Dialog {
  const dialog = openAsCaller(invite, response, contact);
  if (dialog === undefined) throw new Error("no dialog");
  return dialog;
}
function callee(): Dialog {
  const dialog = openAsCallee(received, { tag: "bob", contact: theirs });
  if (dialog === undefined) throw new Error("no dialog");
  return dialog;
}

/** A dialog under test. Its words: see `toEvent`. */
function startRun(dialog: Dialog, invited = invite) {
  const run = {
    dialog,
    effects: [] as readonly DialogEffect[],
    /** What the dialog sent, and what it was asked: for words that answer them. */
    sent: [] as SipRequest[],
    asked: [invited] as SipRequest[],
    running: new Set<DialogTimer>(),
    ends: 0,
    step(event: DialogEvent) {
      if (event.type === "timer") run.running.delete(event.timer);
      [run.dialog, run.effects] = stepDialog(run.dialog, event);
      for (const effect of run.effects) {
        if (effect.do === "request") run.sent.push(effect.request);
        if (effect.do === "deliver") run.asked.push(effect.request);
        if (effect.do === "start-timer") run.running.add(effect.timer);
        if (effect.do === "stop-timer") run.running.delete(effect.timer);
        if (effect.do === "end") run.ends += 1;
      }
      return run;
    },
    take(word: string) {
      return run.step(toEvent(word, run));
    },
    get told() {
      return run.effects.map(told);
    },
  };
  return run;
}

/**
 * `>INFO` we send it; `<INFO 12` it comes with that number; `say 200` we answer what was asked last; `=200` the last
 * we sent is answered so; `=200 INVITE` the first INVITE is; `timeout`, `broken`: the last we sent fails.
 */
function toEvent(
  word: string,
  run: { sent: readonly SipRequest[]; asked: readonly SipRequest[] },
): DialogEvent {
  const [what = "", more = ""] = word.split(" ");
  const last = run.sent.at(-1) ?? invite;
  switch (what) {
    case "ack":
      return { type: "ack", content: { body: "answer" } };
    case "bye":
      return { type: "bye", headers: [] };
    case "cancelled":
      return { type: "cancelled" };
    case "say":
      return { type: "respond", request: run.asked.at(-1) ?? invite, answer: { status: Number(more) } };
    case "timeout":
    case "broken":
      return { type: "fail", method: last.method, why: what === "timeout" ? "timeout" : "transport-error" };
    case "2xx?":
    case "ack?":
      return { type: "timer", timer: what === "2xx?" ? "2xx" : "ack" };
  }
  if (what.startsWith(">")) return { type: "send", method: what.slice(1), content: {} };
  if (what.startsWith("=")) {
    const request = more === "INVITE" ? invite : last;
    return {
      type: "response",
      response: sampleResponse(request, Number(what.slice(1)), { headers: [["Contact", theirs]] }),
    };
  }
  return { type: "request", request: theirRequest(what.slice(1), Number(more)) };
}

function theirRequest(method: string, seq: number, headers: [string, string][] = []): SipRequest {
  return sampleRequest({
    method,
    seq,
    headers,
    branch: `z9hG4bK${method}${seq}`,
    from: "<sip:alice@a.example>;tag=alice",
    to: "<sip:bob@b.example>;tag=bob",
  });
}

function told(effect: DialogEffect): string {
  switch (effect.do) {
    case "request":
    case "ack":
    case "withdraw":
      return `${effect.do} ${linesOf(effect.request, "cseq")[0]}`;
    case "respond":
      return `respond ${effect.response.status} ${linesOf(effect.response, "cseq")[0]}`;
    case "deliver":
      return `deliver ${effect.request.method}`;
    case "answer":
      return `answer ${effect.response.status}`;
    case "fail":
      return `${effect.why} ${effect.method}`;
    case "decline":
      return `decline ${effect.method}`;
    case "end":
      return `end ${effect.why}`;
    case "start-timer":
      return `${effect.timer} ${effect.ms}`;
    case "stop-timer":
      return `no ${effect.timer}`;
  }
}

function walk(path: string, dialog: Dialog, invited = invite): string[] {
  const words = path.split("->");
  const run = startRun(dialog, invited);
  expect(run.dialog.name).toBe(words[0]);
  for (let i = 1; i < words.length; i += 2) {
    run.take(words[i] ?? "");
    expect(run.dialog.name, `after ${words.slice(0, i + 1).join("->")}`).toBe(words[i + 1]);
  }
  return run.told;
}

describe("the caller's dialog", () => {
  const call = "early-caller->=200 INVITE->confirmed->ack->confirmed";
  const rows: [path: string, effects: string[]][] = [
    ["early-caller->=180 INVITE->early-caller", ["answer 180"]],
    ["early-caller->=200 INVITE->confirmed", ["answer 200"]],
    ["early-caller->=486 INVITE->terminated", ["answer 486", "end refused"]],
    ["early-caller->timeout->terminated", ["end lost"]],
    ["early-caller->>PRACK->early-caller", ["request 11 PRACK"]],
    ["early-caller->>PRACK->early-caller->=200->early-caller", ["answer 200"]],
    ["early-caller->>PRACK->early-caller->=200 INVITE->confirmed->ack->confirmed", ["ack 10 ACK"]],
    ["early-caller->>INVITE->early-caller", ["decline INVITE"]],
    ["early-caller->bye->leaving", ["request 11 BYE", "end hang-up"]],
    ["early-caller->bye->leaving->=200->terminated", []],
    ["early-caller-><INFO 5->early-caller", ["deliver INFO"]],
    ["early-caller-><BYE 5->early-caller", ["respond 481 5 BYE"]],
    ["early-caller-><INVITE 5->early-caller", ["respond 491 5 INVITE"]],
    [call, ["ack 10 ACK"]],
    [`${call}->=200 INVITE->confirmed`, ["ack 10 ACK"]],
    ["early-caller->=200 INVITE->confirmed->=200 INVITE->confirmed", []],
    [`${call}->ack->confirmed`, []],
    [`${call}->bye->leaving`, ["request 11 BYE", "end hang-up"]],
    [`${call}->bye->leaving->=200 INVITE->leaving`, ["ack 10 ACK"]],
    [`${call}->bye->leaving-><BYE 3->leaving`, ["respond 200 3 BYE"]],
    [`${call}->bye->leaving-><INFO 3->leaving`, ["respond 481 3 INFO"]],
    [`${call}->bye->leaving->>INFO->leaving`, ["decline INFO"]],
    [`${call}->bye->leaving->timeout->terminated`, []],
    [`${call}->bye->leaving->=481->terminated`, []],
    ["early-caller->=200 INVITE->confirmed->bye->leaving", ["ack 10 ACK", "request 11 BYE", "end hang-up"]],
    [`${call}-><BYE 3->terminated`, ["respond 200 3 BYE", "end bye"]],
    [`${call}-><BYE 3->terminated->>INFO->terminated`, ["decline INFO"]],
    [`${call}-><INFO 3->confirmed-><INFO 2->confirmed`, ["respond 500 2 INFO"]],
    [`${call}-><INFO 0->confirmed`, ["deliver INFO"]],
    [`${call}-><INFO 3->confirmed-><INFO 3->confirmed`, ["respond 500 3 INFO"]],
    [`${call}-><INFO 3->confirmed-><INFO 9->confirmed`, ["deliver INFO"]],
    [`${call}->>INFO->confirmed`, ["request 11 INFO"]],
    [`${call}->>BYE->confirmed`, ["decline BYE"]],
    [`${call}->>INFO->confirmed->=200->confirmed`, ["answer 200"]],
    [`${call}->>INFO->confirmed->=481->leaving`, ["answer 481", "request 12 BYE", "end lost"]],
    [`${call}->>INFO->confirmed->=408->leaving`, ["answer 408", "request 12 BYE", "end lost"]],
    [`${call}->>INFO->confirmed->timeout->leaving`, ["request 12 BYE", "end lost"]],
    [`${call}->>INFO->confirmed->broken->confirmed`, ["transport-error INFO"]],
  ];
  it.each(rows)("%s", (path, effects) => expect(walk(path, caller())).toEqual(effects));
});

describe("the callee's dialog", () => {
  const ringing = "early-callee->say 180->early-callee";
  const answered = "early-callee->say 200->confirmed";
  const call = `${answered}-><ACK 10->confirmed`;
  const rows: [path: string, effects: string[]][] = [
    ["early-callee->say 100->early-callee", ["respond 100 10 INVITE"]],
    [ringing, ["respond 180 10 INVITE"]],
    [answered, ["respond 200 10 INVITE", "2xx 500", "ack 32000"]],
    ["early-callee->say 486->terminated", ["respond 486 10 INVITE", "end refused"]],
    ["early-callee->cancelled->terminated", ["respond 487 10 INVITE", "end cancelled"]],
    [`${ringing}-><BYE 11->terminated`, ["respond 200 11 BYE", "respond 487 10 INVITE", "end bye"]],
    [`${ringing}-><PRACK 11->early-callee`, ["deliver PRACK"]],
    [`${ringing}-><PRACK 9->early-callee`, ["respond 500 9 PRACK"]],
    [`${ringing}-><ACK 10->early-callee`, []],
    [`${ringing}->bye->early-callee`, ["decline BYE"]],
    [`${ringing}->>INFO->early-callee`, ["request 1 INFO"]],
    [`${answered}->2xx?->confirmed`, ["respond 200 10 INVITE", "2xx 1000"]],
    [
      `${answered}->2xx?->confirmed->2xx?->confirmed->2xx?->confirmed->2xx?->confirmed`,
      ["respond 200 10 INVITE", "2xx 4000"],
    ],
    [`${answered}->ack?->leaving`, ["no 2xx", "no ack", "request 1 BYE", "end no-ack"]],
    [call, ["no 2xx", "no ack", "deliver ACK"]],
    [`${answered}-><ACK 9->confirmed`, []],
    [`${call}->2xx?->confirmed`, []],
    [`${call}-><ACK 10->confirmed`, []],
    [`${answered}->bye->confirmed`, []],
    [
      `${answered}->bye->confirmed-><ACK 10->leaving`,
      ["no 2xx", "no ack", "deliver ACK", "request 1 BYE", "end hang-up"],
    ],
    [`${answered}->bye->confirmed->ack?->leaving`, ["no 2xx", "no ack", "request 1 BYE", "end hang-up"]],
    [`${answered}-><BYE 11->terminated`, ["no 2xx", "no ack", "respond 200 11 BYE", "end bye"]],
    [`${call}->bye->leaving`, ["request 1 BYE", "end hang-up"]],
    [`${call}-><INFO 12->confirmed-><ACK 10->confirmed`, []],
  ];
  it.each(rows)("%s", (path, effects) => expect(walk(path, callee(), received)).toEqual(effects));
});

describe("INVITE within the dialog (RFC 3261 §14)", () => {
  const call = "early-caller->=200 INVITE->confirmed->ack->confirmed";
  const rows: [path: string, effects: string[]][] = [
    [`${call}->>INVITE->confirmed`, ["request 11 INVITE"]],
    [`${call}->>INVITE->confirmed->>INVITE->confirmed`, ["decline INVITE"]],
    [`${call}->>INVITE->confirmed->=200->confirmed->>INVITE->confirmed`, ["decline INVITE"]],
    [`${call}->>INVITE->confirmed->=200->confirmed->ack->confirmed`, ["ack 11 ACK"]],
    [
      `${call}->>INVITE->confirmed->=200->confirmed->ack->confirmed->>INVITE->confirmed`,
      ["request 12 INVITE"],
    ],
    [`${call}->>INVITE->confirmed->=488->confirmed`, ["answer 488"]],
    [`${call}->>INVITE->confirmed->=488->confirmed->>INVITE->confirmed`, ["request 12 INVITE"]],
    [`${call}->>INVITE->confirmed->=481->leaving`, ["answer 481", "request 12 BYE", "end lost"]],
    [`${call}->>INVITE->confirmed->timeout->leaving`, ["request 12 BYE", "end lost"]],
    [`${call}->>INVITE->confirmed->broken->confirmed->>INVITE->confirmed`, ["request 12 INVITE"]],
    [`${call}->>INVITE->confirmed-><INVITE 3->confirmed`, ["respond 491 3 INVITE"]],
    [`${call}->>INVITE->confirmed->=491->confirmed-><INVITE 3->confirmed`, ["deliver INVITE"]],
    [`${call}-><INVITE 3->confirmed`, ["deliver INVITE"]],
    [`${call}-><INVITE 3->confirmed->>INVITE->confirmed`, ["decline INVITE"]],
    [`${call}-><INVITE 3->confirmed-><INVITE 4->confirmed`, ["respond 500 4 INVITE"]],
    [`${call}-><INVITE 3->confirmed->say 200->confirmed`, ["respond 200 3 INVITE", "2xx 500", "ack 32000"]],
    [`${call}-><INVITE 3->confirmed->say 200->confirmed->say 200->confirmed`, []],
    [`${call}-><INVITE 3->confirmed->say 200->confirmed-><INVITE 4->confirmed`, ["respond 491 4 INVITE"]],
    [
      `${call}-><INVITE 3->confirmed->say 200->confirmed-><ACK 3->confirmed`,
      ["no 2xx", "no ack", "deliver ACK"],
    ],
    [`${call}-><INVITE 3->confirmed->say 488->confirmed->>INVITE->confirmed`, ["request 11 INVITE"]],
    [`${call}-><INVITE 3->confirmed->cancelled->confirmed`, ["respond 487 3 INVITE"]],
    [`${call}->cancelled->confirmed`, []],
    [`${call}->>INVITE->confirmed->bye->leaving`, ["withdraw 11 INVITE", "request 12 BYE", "end hang-up"]],
    [
      `${call}->>INVITE->confirmed-><BYE 4->terminated`,
      ["withdraw 11 INVITE", "respond 200 4 BYE", "end bye"],
    ],
    [
      `${call}-><INVITE 3->confirmed->bye->leaving`,
      ["respond 487 3 INVITE", "request 11 BYE", "end hang-up"],
    ],
    [
      `${call}-><INVITE 3->confirmed-><BYE 4->terminated`,
      ["respond 487 3 INVITE", "respond 200 4 BYE", "end bye"],
    ],
  ];
  it.each(rows)("%s", (path, effects) => expect(walk(path, caller())).toEqual(effects));

  it("a second INVITE before the first is answered: 500 with Retry-After of 0 to 10 s", () => {
    const run = startRun(caller()).take("=200 INVITE").take("ack").take("<INVITE 3").take("<INVITE 4");
    const [effect] = run.effects;
    const response = effect?.do === "respond" ? effect.response : undefined;
    const wait = Number(response && linesOf(response, "retry-after")[0]);
    expect(wait).toBeGreaterThanOrEqual(0);
    expect(wait).toBeLessThanOrEqual(10);
  });

  it("after a 491 the owner of the Call-ID waits 2.1 to 4 s, the other up to 2 s, in steps of 10 ms", () => {
    for (const random of [0, 0.3, 0.77, 0.999_999]) {
      expect(glareWait(true, random)).toBeGreaterThanOrEqual(2_100);
      expect(glareWait(true, random)).toBeLessThanOrEqual(4_000);
      expect(glareWait(false, random)).toBeLessThanOrEqual(2_000);
      expect(glareWait(true, random) % 10).toBe(0);
    }
    expect(glareWait(true, 0.999_999)).toBe(4_000);
    expect(glareWait(false, 0.999_999)).toBe(2_000);
  });
});

describe("what a dialog is made of (RFC 3261 §12.1)", () => {
  const peerOf = (dialog: Dialog): DialogPeer => {
    if (!("peer" in dialog)) throw new Error("it has ended");
    return dialog.peer;
  };
  const lastRequest = (dialog: Dialog, method = "INFO") => {
    const run = startRun(dialog).take(`>${method}`);
    const request = run.sent.at(-1);
    if (request === undefined) throw new Error("nothing was sent");
    return request;
  };

  it("caller: the response's Contact, its Record-Route reversed, its To", () => {
    const response = answerOf(183, [
      ["Contact", theirs],
      ["Record-Route", "<sip:two.example;lr>, <sip:one.example;lr>"],
    ]);
    const request = lastRequest(caller(response));
    expect(request.uri).toBe("sip:bob@b.example;gr=urn:uuid:bob");
    expect(linesOf(request, "route")).toEqual(["<sip:one.example;lr>", "<sip:two.example;lr>"]);
    expect(linesOf(request, "from")).toEqual(linesOf(invite, "from"));
    expect(linesOf(request, "to")).toEqual(["<sip:bob@b.example>;tag=bob"]);
    expect(linesOf(request, "call-id")).toEqual(linesOf(invite, "call-id"));
    expect(linesOf(request, "cseq")).toEqual(["11 INFO"]);
    expect(linesOf(request, "max-forwards")).toEqual(["70"]);
    expect(linesOf(request, "via")).toEqual([]);
  });

  it("callee: the INVITE's Contact, its Record-Route in order, From and To turned", () => {
    const request = lastRequest(callee());
    expect(request.uri).toBe("sip:alice@a.example;gr=urn:uuid:alice");
    expect(linesOf(request, "route")).toEqual(["<sip:two.example;lr>", "<sip:one.example;lr>"]);
    expect(linesOf(request, "from")).toEqual(["<sip:bob@b.example>;tag=bob"]);
    expect(linesOf(request, "to")).toEqual(["<sip:alice@a.example>;tag=alice"]);
    expect(linesOf(request, "cseq")).toEqual(["1 INFO"]);
  });

  it("the callee's own responses bear its tag, its Contact and the INVITE's Record-Route", () => {
    const run = startRun(callee(), received).take("say 180");
    const [effect] = run.effects;
    const response = effect?.do === "respond" ? effect.response : undefined;
    if (response === undefined) throw new Error("no response");
    expect(linesOf(response, "to")).toEqual(["<sip:bob@b.example>;tag=bob"]);
    expect(linesOf(response, "contact")).toEqual([theirs]);
    expect(linesOf(response, "record-route")).toEqual(linesOf(received, "record-route"));
  });

  it("past a strict router its URI comes first and the target last (§12.2.1.1)", () => {
    const response = answerOf(183, [
      ["Contact", theirs],
      ["Record-Route", "<sip:two.example;lr>, <sip:one.example>"],
    ]);
    const request = lastRequest(caller(response));
    expect(request.uri).toBe("sip:one.example");
    expect(linesOf(request, "route")).toEqual([
      "<sip:two.example;lr>",
      "<sip:bob@b.example;gr=urn:uuid:bob>",
    ]);
  });

  it("the 2xx sets the route set anew, and the target (§13.2.2.4)", () => {
    const ok = answerOf(200, [
      ["Contact", "<sip:bob@elsewhere.example>"],
      ["Record-Route", "<sip:final.example;lr>"],
    ]);
    const run = startRun(caller()).step({ type: "response", response: ok });
    expect(peerOf(run.dialog)).toMatchObject({
      target: "sip:bob@elsewhere.example",
      routes: ["<sip:final.example;lr>"],
    });
  });

  it("without a To tag there is no dialog, without a Contact the INVITE's own address is the target", () => {
    expect(openAsCaller(invite, sampleResponse(invite, 100), contact)).toBeUndefined();
    expect(peerOf(caller(answerOf(180, []))).target).toBe(invite.uri);
    expect(openAsCallee(sampleRequest(), { tag: "bob", contact: theirs })).toBeUndefined();
  });

  it("what the other end sends finds the dialog, on both sides", () => {
    const request = theirRequest("INFO", 11);
    expect(dialogKey(request)).toBe(keyOfPeer(peerOf(callee())));
    const fromBob = sampleRequest({
      method: "INFO",
      from: "<sip:bob@b.example>;tag=bob",
      to: "<sip:alice@a.example>;tag=alice",
    });
    expect(dialogKey(fromBob)).toBe(keyOfPeer(peerOf(caller())));
    expect(dialogKey(answerOf(180))).toBe(keyOfPeer(peerOf(caller())));
  });

  it("a re-INVITE moves the target when it is accepted, not when it is refused", () => {
    const moving = theirRequest("INVITE", 11, [["Contact", "<sip:alice@moved.example>"]]);
    const asked = () =>
      startRun(callee(), received).take("say 200").take("<ACK 10").step({ type: "request", request: moving });
    expect(peerOf(asked().take("say 488").dialog).target).toBe("sip:alice@a.example;gr=urn:uuid:alice");
    expect(peerOf(asked().take("say 200").dialog).target).toBe("sip:alice@moved.example");
  });

  it("the ACK of a 2xx carries the answer, a Route, the INVITE's number, and the same again", () => {
    const run = startRun(caller()).take("=200 INVITE").take("ack");
    const [first] = run.effects;
    run.take("=200 INVITE");
    expect(run.effects).toEqual([first]);
    expect(first).toMatchObject({ do: "ack", request: { method: "ACK", body: "answer" } });
  });

  it("the Reason of a hang-up goes into its BYE", () => {
    const run = startRun(caller()).take("=200 INVITE").take("ack");
    run.step({ type: "bye", headers: [line("Reason", "SIP;cause=200")] });
    expect(run.sent.map(request => linesOf(request, "reason"))).toEqual([["SIP;cause=200"]]);
  });
});

describe("any order of events", () => {
  const words = fc.oneof(
    fc.constantFrom("ack", "bye", "cancelled", "timeout", "broken", "2xx?", "ack?"),
    fc.constantFrom("say 100", "say 180", "say 200", "say 488"),
    fc.constantFrom("=100", "=180", "=200", "=481", "=491", "=200 INVITE", "=180 INVITE", "=487 INVITE"),
    fc.constantFrom(">INFO", ">INVITE", ">BYE", "<ACK 10"),
    fc
      .tuple(fc.constantFrom("INVITE", "ACK", "INFO", "BYE", "PRACK"), fc.nat(20))
      .map(([m, n]) => `<${m} ${n}`),
  );

  it("one end at most, no request after it but BYE, every request answered or delivered, timers lead to the end", () => {
    fc.assert(
      fc.property(fc.boolean(), fc.array(words, { maxLength: 40 }), (isCaller, path) => {
        const run = startRun(isCaller ? caller() : callee(), isCaller ? invite : received);
        for (const word of path) checkStep(run, toEvent(word, run));
        expect(numbersOf(run.sent)).toEqual([...new Set(numbersOf(run.sent))].sort((a, b) => a - b));
        endOf(run);
        expect(run.dialog.name).toBe("terminated");
        expect(run.running.size).toBe(0);
        expect(run.ends).toBe(1);
      }),
      { numRuns: 1_500 },
    );
  });

  function checkStep(run: ReturnType<typeof startRun>, event: DialogEvent): void {
    const before = run.dialog.name;
    run.step(event);
    const { effects } = run;
    if (before === "terminated") expect(effects.every(({ do: what }) => what === "decline")).toBe(true);
    if (before === "leaving") expect(effects.filter(({ do: what }) => what === "request")).toEqual([]);
    if (event.type === "request" && event.request.method !== "ACK" && before !== "terminated") {
      const met = effects.filter(
        effect => (effect.do === "respond" || effect.do === "deliver") && effect.request === event.request,
      );
      expect(met).toHaveLength(1);
    }
    expect(run.ends).toBe(run.dialog.name === "leaving" || run.dialog.name === "terminated" ? 1 : 0);
  }

  const numbersOf = (requests: readonly SipRequest[]) =>
    requests.map(request => Number.parseInt(linesOf(request, "cseq")[0] ?? "", 10));

  /** Whatever the state: the user hangs up or refuses, and nobody answers any more. */
  function endOf(run: ReturnType<typeof startRun>): void {
    if (run.dialog.name === "early-callee") run.take("cancelled");
    if (run.dialog.name === "early-caller" || run.dialog.name === "confirmed") run.take("bye");
    if (run.running.has("ack")) run.take("ack?");
    if (run.dialog.name === "leaving") run.step({ type: "fail", method: "BYE", why: "timeout" });
  }
});

describe("with the library's own responses", () => {
  it("the two ends agree on the dialog", () => {
    const other = startRun(callee(), received).take("say 200");
    const [effect] = other.effects;
    const ok: SipResponse = effect?.do === "respond" ? effect.response : createResponse(received, 500);
    const mine = startRun(caller(ok)).step({ type: "response", response: ok }).take("ack");
    const [acked] = mine.effects;
    const ack = acked?.do === "ack" ? acked.request : undefined;
    if (ack === undefined || !("peer" in other.dialog)) throw new Error("no ACK");
    expect(dialogKey(ack)).toBe(keyOfPeer(other.dialog.peer));
    expect(linesOf(ack, "route")).toEqual(["<sip:one.example;lr>", "<sip:two.example;lr>"]);
    expect(other.step({ type: "request", request: ack }).told).toEqual(["no 2xx", "no ack", "deliver ACK"]);
  });
});
