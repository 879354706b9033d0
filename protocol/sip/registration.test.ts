import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SipRequest } from "./message.ts";
import { openRegistration, stepRegistration } from "./registration.ts";
import type {
  Account,
  Registration,
  RegistrationEffect,
  RegistrationEvent,
  RegistrationTimer,
} from "./registration-state.ts";
import { line, linesOf, sampleRequest, sampleResponse } from "./samples.suite.ts";

const instance = '+sip.instance="<urn:uuid:4eb26b43-f3b5-446e-bf94-7b966d42d09a>"';
const account: Account = {
  registrar: "sip:a.example",
  address: "<sip:alice.eth@a.example>",
  tag: "alice",
  callId: "registrations-of-alice",
  contact: `<sip:x7@alice.invalid;transport=ws>;${instance};reg-id=1`,
  expires: 600,
  headers: [line("Supported", "path, gruu, outbound, etherlynk.v1")],
  backoff: { baseMs: 2_000, maxMs: 120_000 },
};

const granted = (params: string): [string, string][] => [
  ["Contact", `<sip:x7@alice.invalid;transport=ws>${params}`],
];
const answers: Record<string, { status: number; headers?: [string, string][] }> = {
  "200": { status: 200, headers: granted(`;${instance};reg-id=1;expires=600`) },
  "200 short": { status: 200, headers: granted(`;${instance};reg-id=1;expires=60`) },
  "200 long": { status: 200, headers: granted(`;${instance};reg-id=1;expires=3600`) },
  "200 other": {
    status: 200,
    headers: [["Contact", '<sip:y@b.invalid>;+sip.instance="<urn:uuid:other>";reg-id=1']],
  },
  "200 none": { status: 200 },
  "423": { status: 423, headers: [["Min-Expires", "1800"]] },
  "423 less": { status: 423, headers: [["Min-Expires", "60"]] },
  "503 after": { status: 503, headers: [["Retry-After", "30"]] },
};

function startRun() {
  const run = {
    state: openRegistration(account) as Registration,
    effects: [] as readonly RegistrationEffect[],
    requests: [] as SipRequest[],
    running: new Set<RegistrationTimer>(),
    step(event: RegistrationEvent) {
      if (event.type === "timer") run.running.delete(event.timer);
      [run.state, run.effects] = stepRegistration(run.state, event);
      for (const effect of run.effects) {
        if (effect.do === "request") run.requests.push(effect.request);
        if (effect.do === "start-timer") run.running.add(effect.timer);
        if (effect.do === "stop-timer") run.running.delete(effect.timer);
      }
      return run;
    },
    take: (word: string, random = 0) => run.step(toEvent(word, run.requests.at(-1), random)),
  };
  return run;
}

/** `open`, `lost`: the socket. `fail`: the REGISTER. `refresh`, `expiry`, `retry`, `connect`: the clock. */
function toEvent(word: string, last: SipRequest | undefined, random: number): RegistrationEvent {
  switch (word) {
    case "start":
    case "stop":
      return { type: word };
    case "open":
      return { type: "socket-open" };
    case "lost":
      return { type: "socket-lost", random };
    case "fail":
      return { type: "fail", random };
    case "signed":
      return { type: "credentials", headers: [line("Authorization", "Etherlynk signed")] };
    case "refresh":
    case "expiry":
    case "retry":
    case "connect":
      return { type: "timer", timer: word };
  }
  const { status, headers = [] } = answers[word] ?? { status: Number(word) };
  const response = sampleResponse(last ?? sampleRequest({ method: "REGISTER" }), status, { headers });
  return { type: "response", response, random };
}

function told(effect: RegistrationEffect): string {
  switch (effect.do) {
    case "connect":
    case "lapsed":
    case "offline":
    case "stopped":
      return effect.do;
    case "request": {
      const [contact = ""] = linesOf(effect.request, "contact");
      const signed = linesOf(effect.request, "authorization").length > 0 ? " signed" : "";
      return `${linesOf(effect.request, "cseq")[0]} ${/expires=\d+/.exec(contact)?.[0]}${signed}`;
    }
    case "authorize":
      return `authorize ${effect.seq}`;
    case "registered":
      return `registered ${effect.granted.expires}`;
    case "refused":
      return `refused ${effect.response.status}`;
    case "start-timer":
      return `${effect.timer} ${effect.ms}`;
    case "stop-timer":
      return "";
  }
}

describe("a device's registration", () => {
  const asking = "idle->start->offline->open->asking";
  const on = `${asking}->200->registered`;
  const rows: [path: string, effects: string[]][] = [
    ["idle->start->offline", ["connect"]],
    ["idle->stop->idle", []],
    [asking, ["1 REGISTER expires=600"]],
    ["idle->start->offline->lost->offline", ["connect 2000"]],
    ["idle->start->offline->lost->offline->lost->offline", ["connect 4000"]],
    ["idle->start->offline->lost->offline->connect->offline", ["connect"]],
    ["idle->start->offline->stop->idle", ["stopped"]],
    [on, ["refresh 300000", "expiry 600000", "registered 600"]],
    [`${asking}->200 short->registered`, ["refresh 30000", "expiry 60000", "registered 60"]],
    [`${asking}->200 long->registered`, ["refresh 3000000", "expiry 3600000", "registered 3600"]],
    [`${asking}->200 other->waiting`, ["retry 16000"]],
    [`${asking}->200 none->waiting`, ["retry 16000"]],
    [`${asking}->100->asking`, []],
    [`${asking}->401->authorizing`, ["authorize 2"]],
    [`${asking}->401->authorizing->signed->asking`, ["2 REGISTER expires=600 signed"]],
    [
      `${asking}->401->authorizing->signed->asking->401->authorizing->signed->asking->401->refused`,
      ["refused 401"],
    ],
    [`${asking}->407->authorizing`, ["authorize 2"]],
    [`${asking}->401->authorizing->lost->offline`, ["connect 2000", "offline"]],
    [`${asking}->401->authorizing->stop->idle`, ["stopped"]],
    [`${asking}->423->asking`, ["2 REGISTER expires=1800"]],
    [`${asking}->423->asking->423->refused`, ["refused 423"]],
    [`${asking}->423 less->refused`, ["refused 423"]],
    [`${asking}->403->refused`, ["refused 403"]],
    [`${asking}->421->refused->start->offline`, ["connect"]],
    [`${asking}->501->refused`, ["refused 501"]],
    [`${asking}->503->waiting`, ["retry 1000"]],
    [`${asking}->503 after->waiting`, ["retry 30000"]],
    [`${asking}->503->waiting->retry->asking`, ["2 REGISTER expires=600"]],
    [`${asking}->503->waiting->retry->asking->500->waiting`, ["retry 2000"]],
    [`${asking}->503->waiting->lost->offline`, ["connect 2000", "offline"]],
    [`${asking}->fail->offline`, ["connect 2000", "offline"]],
    [`${asking}->lost->offline`, ["connect 2000", "offline"]],
    [`${asking}->stop->asking->200->asking`, ["2 REGISTER expires=0"]],
    [
      `${asking}->stop->asking->start->asking->200->registered`,
      ["refresh 300000", "expiry 600000", "registered 600"],
    ],
    [`${asking}->stop->asking->403->idle`, ["stopped"]],
    [`${on}->refresh->asking`, ["2 REGISTER expires=600"]],
    [`${on}->refresh->asking->200->registered->refresh->asking`, ["3 REGISTER expires=600"]],
    [`${on}->refresh->asking->503->waiting->expiry->waiting`, ["lapsed"]],
    [`${on}->lost->offline`, ["connect 1000", "offline"]],
    [`${on}->lost->offline->open->asking`, ["2 REGISTER expires=600"]],
    [`${on}->stop->asking`, ["2 REGISTER expires=0"]],
    [`${on}->stop->asking->200 none->idle`, ["stopped"]],
    [`${on}->stop->asking->401->authorizing->signed->asking`, ["3 REGISTER expires=0 signed"]],
    [`${on}->stop->asking->lost->idle`, ["stopped"]],
    [`${on}->stop->asking->fail->idle`, ["stopped"]],
    [`${on}->stop->asking->200 none->idle->start->offline->open->asking`, ["3 REGISTER expires=600"]],
    [`${on}->403->registered`, []],
  ];
  it.each(rows)("%s", (path, effects) => {
    const words = path.split("->");
    const run = startRun();
    expect(run.state.name).toBe(words[0]);
    for (let i = 1; i < words.length; i += 2) {
      run.take(words[i] ?? "");
      expect(run.state.name, `after ${words.slice(0, i + 1).join("->")}`).toBe(words[i + 1]);
    }
    expect(run.effects.map(told).filter(word => word !== "")).toEqual(effects);
  });

  it("a REGISTER says who, to whom and where (RFC 3261 §10.2)", () => {
    const [request] = startRun().take("start").take("open").requests;
    if (request === undefined) throw new Error("nothing was sent");
    expect(request).toMatchObject({ method: "REGISTER", uri: "sip:a.example", body: "" });
    expect(linesOf(request, "from")).toEqual(["<sip:alice.eth@a.example>;tag=alice"]);
    expect(linesOf(request, "to")).toEqual(["<sip:alice.eth@a.example>"]);
    expect(linesOf(request, "call-id")).toEqual(["registrations-of-alice"]);
    expect(linesOf(request, "contact")).toEqual([`${account.contact};expires=600`]);
    expect(linesOf(request, "supported")).toEqual(["path, gruu, outbound, etherlynk.v1"]);
  });

  it("what was granted is this device's own, among others of the same account", () => {
    const contacts: [string, string][] = [
      [
        "Contact",
        '<sip:y@b.invalid>;+sip.instance="<urn:uuid:other>";reg-id=1;expires=9;pub-gruu="sip:no@a.example"',
      ],
      ["Contact", `<sip:x7@alice.invalid;transport=ws>;${instance};reg-id=2;expires=8`],
      [
        "Contact",
        `<sip:x7@alice.invalid;transport=ws>;${instance};reg-id=1;expires=77;pub-gruu="sip:alice.eth@a.example;gr=urn:uuid:4"`,
      ],
    ];
    const run = startRun().take("start").take("open");
    const [request = sampleRequest()] = run.requests;
    run.step({ type: "response", response: sampleResponse(request, 200, { headers: contacts }), random: 0 });
    expect(run.effects).toContainEqual({
      do: "registered",
      granted: { expires: 77, publicGruu: "sip:alice.eth@a.example;gr=urn:uuid:4", temporaryGruu: "" },
    });
  });

  it("waits grow to their bound, and lie between a half and the whole (RFC 5626 §4.5)", () => {
    const run = startRun().take("start");
    const waits: number[] = [];
    for (let failure = 0; failure < 12; failure += 1) {
      run.take("lost", failure % 2 === 0 ? 0 : 0.999);
      const [effect] = run.effects;
      if (effect?.do === "start-timer") waits.push(effect.ms);
    }
    expect(waits[0]).toBe(2_000);
    expect(waits[1]).toBeCloseTo(8_000, -2);
    expect(Math.max(...waits)).toBeLessThanOrEqual(120_000);
    expect(waits.slice(6).every(ms => ms >= 60_000)).toBe(true);
  });

  it("any order of events: numbers rise, one REGISTER at a time, and it can always be stopped and started", () => {
    const words = [
      "start",
      "stop",
      "open",
      "lost",
      "fail",
      "signed",
      "refresh",
      "expiry",
      "retry",
      "connect",
    ];
    const any = fc.constantFrom(...words, ...Object.keys(answers), "100", "401", "403", "500", "503");
    fc.assert(
      fc.property(fc.array(any, { maxLength: 40 }), path => {
        const run = startRun();
        for (const word of path) {
          const wasAsking = run.state.name === "asking";
          run.take(word);
          const sent = run.effects.filter(effect => effect.do === "request").length;
          expect(sent).toBeLessThanOrEqual(1);
          // While one is out, only its own answer makes another.
          if (wasAsking && sent > 0) expect(Number.parseInt(word, 10)).toBeGreaterThanOrEqual(200);
          // Nothing waits for ever: a timer runs, or an answer, a signature or the user is awaited.
          if (run.state.name === "waiting") expect(run.running).toContain("retry");
          if (run.state.name === "registered") expect(run.running).toContain("refresh");
        }
        const numbers = run.requests.map(request => Number.parseInt(linesOf(request, "cseq")[0] ?? "", 10));
        expect(numbers).toEqual(numbers.map((_, index) => index + 1));
        for (const word of ["stop", "lost", "stop"]) run.take(word);
        expect(["idle", "refused"]).toContain(run.state.name);
        expect([...run.running]).toEqual([]);
        expect(run.take("start").effects.map(told)).toContain("connect");
      }),
      { numRuns: 2_000 },
    );
  });
});
