import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SipResponse } from "./message.ts";
import { orderProvisional } from "./provisional-order.ts";
import {
  openReliableProvisional,
  type ReliableEffect,
  type ReliableEvent,
  type ReliableTimer,
  stepReliableProvisional,
} from "./reliable-provisional.ts";
import { linesOf, sampleRequest, sampleResponse } from "./samples.suite.ts";

const invite = sampleRequest({ seq: 4711 });

/** `183`, `200`: what the user says. `PRACK 7`: for the response of that RSeq. */
function toEvent(word: string): ReliableEvent {
  const [what = "", rseq = ""] = word.split(" ");
  if (what === "PRACK") return { type: "prack", request: prack(`${rseq} 4711 INVITE`) };
  if (what === "again" || what === "give-up") return { type: "timer", timer: what };
  const response = sampleResponse(invite, Number(what));
  return { type: Number(what) < 200 ? "provisional" : "final", response };
}

function prack(rack: string) {
  return sampleRequest({ method: "PRACK", seq: 4712, headers: [["RAck", rack]] });
}

function told(effect: ReliableEffect): string {
  switch (effect.do) {
    case "send": {
      const [rseq] = linesOf(effect.response, "rseq");
      return `send ${effect.response.status}${rseq === undefined ? "" : ` #${rseq}`}`;
    }
    case "accept":
    case "refuse":
      return `${effect.do} ${linesOf(effect.request, "rack")[0]?.split(" ")[0]}`;
    case "fail":
      return "fail";
    case "start-timer":
      return `${effect.timer} ${effect.ms}`;
    case "stop-timer":
      return `no ${effect.timer}`;
  }
}

describe("the side that answers (RFC 3262 §3)", () => {
  const first = "idle->183->waiting";
  const timers = ["again 500", "give-up 32000"];
  const stopped = ["no again", "no give-up"];
  const rows: [path: string, effects: string[]][] = [
    [first, ["send 183 #7", ...timers]],
    [`${first}->again->waiting`, ["send 183 #7", "again 1000"]],
    [
      `${first}->again->waiting->again->waiting->again->waiting->again->waiting`,
      ["send 183 #7", "again 8000"],
    ],
    [`${first}->PRACK 7->idle`, [...stopped, "accept 7"]],
    [`${first}->PRACK 8->waiting`, ["refuse 8"]],
    [`${first}->PRACK 7->idle->PRACK 7->idle`, ["refuse 7"]],
    [`${first}->PRACK 7->idle->180->waiting`, ["send 180 #8", ...timers]],
    [`${first}->180->waiting`, []],
    [`${first}->180->waiting->PRACK 7->waiting`, [...stopped, "accept 7", "send 180 #8", ...timers]],
    [`${first}->180->waiting->PRACK 7->waiting->PRACK 8->idle`, [...stopped, "accept 8"]],
    [`${first}->200->waiting`, []],
    [`${first}->200->waiting->PRACK 7->closed`, [...stopped, "accept 7", "send 200"]],
    [
      `${first}->180->waiting->200->waiting->PRACK 7->waiting`,
      [...stopped, "accept 7", "send 180 #8", ...timers],
    ],
    [
      `${first}->180->waiting->200->waiting->PRACK 7->waiting->PRACK 8->closed`,
      [...stopped, "accept 8", "send 200"],
    ],
    [`${first}->486->closed`, [...stopped, "send 486"]],
    [`${first}->486->closed->PRACK 7->closed`, ["accept 7"]],
    [`${first}->486->closed->PRACK 7->closed->PRACK 7->closed`, ["refuse 7"]],
    [`${first}->486->closed->PRACK 8->closed`, ["refuse 8"]],
    [`${first}->give-up->closed`, [...stopped, "fail"]],
    [`${first}->give-up->closed->again->closed`, []],
    ["idle->200->closed", ["send 200"]],
    ["idle->200->closed->183->closed", []],
    ["idle->200->closed->200->closed", ["send 200"]],
    [`${first}->give-up->closed->504->closed`, ["send 504"]],
    [`${first}->200->waiting->200->waiting->PRACK 7->closed`, [...stopped, "accept 7", "send 200"]],
    ["idle->PRACK 7->idle", ["refuse 7"]],
    ["idle->again->idle", []],
  ];
  it.each(rows)("%s", (path, effects) => {
    const words = path.split("->");
    let state = openReliableProvisional(invite, 7);
    let last: readonly ReliableEffect[] = [];
    expect(state.name).toBe(words[0]);
    for (let i = 1; i < words.length; i += 2) {
      [state, last] = stepReliableProvisional(state, toEvent(words[i] ?? ""));
      expect(state.name).toBe(words[i + 1]);
    }
    expect(last.map(told)).toEqual(effects);
  });

  it("what is sent requires 100rel, beside what it required already", () => {
    const response = sampleResponse(invite, 183, { headers: [["Require", "etherlynk.v1"]] });
    const [, effects] = stepReliableProvisional(openReliableProvisional(invite, 7), {
      type: "provisional",
      response,
    });
    const [send] = effects;
    expect(send?.do === "send" && linesOf(send.response, "require")).toEqual(["etherlynk.v1", "100rel"]);
  });

  it.each(["7 4711 UPDATE", "7 4712 INVITE", "8 4711 INVITE", "7 4711", ""])("RAck %j does not fit", rack => {
    const [state] = stepReliableProvisional(openReliableProvisional(invite, 7), toEvent("183"));
    const [next, effects] = stepReliableProvisional(state, { type: "prack", request: prack(rack) });
    expect([next.name, effects.map(({ do: what }) => what)]).toEqual(["waiting", ["refuse"]]);
  });
});

describe("the side that called (RFC 3262 §4)", () => {
  const reliable = (rseq: string, status = 183) =>
    sampleResponse(invite, status, {
      headers: [
        ["Require", "100rel"],
        ["RSeq", rseq],
      ],
    });

  it.each([
    { name: "the first sets the number", response: reliable("7"), order: next(7) },
    { name: "the next one is one more", response: reliable("8"), last: 7, order: next(8) },
    { name: "sent again", response: reliable("7"), last: 7, order: { kind: "drop" } },
    { name: "ahead of its time", response: reliable("9"), last: 7, order: { kind: "drop" } },
    { name: "no number", response: reliable("many"), last: 7, order: { kind: "drop" } },
    { name: "number 0", response: reliable("0"), order: { kind: "drop" } },
    { name: "not reliable", response: sampleResponse(invite, 180), last: 7, order: { kind: "plain" } },
    { name: "100 is never reliable", response: reliable("1", 100), order: { kind: "plain" } },
    { name: "a final response", response: reliable("8", 200), last: 7, order: { kind: "plain" } },
  ])("$name", ({ response, last, order }) => expect(orderProvisional(response, last)).toEqual(order));

  function next(rseq: number) {
    return { kind: "next", rack: `${rseq} 4711 INVITE`, last: rseq };
  }
});

describe("both sides over a bad network", () => {
  /** Runs one machine of each side; whatever is sent may be lost, doubled, or come late. */
  function converse(choices: readonly number[], says: readonly number[]): { heard: number[]; state: string } {
    const air: (SipResponse | string)[] = [];
    const heard: number[] = [];
    const running = new Set<ReliableTimer>();
    let next = 0;
    let last: number | undefined;
    let state = openReliableProvisional(invite, 7);
    const step = (event: ReliableEvent) => {
      if (event.type === "timer") running.delete(event.timer);
      const [after, effects] = stepReliableProvisional(state, event);
      state = after;
      for (const effect of effects) {
        if (effect.do === "send") send(effect.response);
        if (effect.do === "start-timer") running.add(effect.timer);
        if (effect.do === "stop-timer") running.delete(effect.timer);
      }
    };
    const send = (message: SipResponse | string) => {
      const fate = choose(4);
      for (let copy = fate === 0 ? 0 : fate === 1 ? 2 : 1; copy > 0; copy -= 1)
        air.splice(choose(air.length + 1), 0, message);
    };
    const choose = (of: number) => (choices[next++ % choices.length] ?? 0) % of;
    const receive = (message: SipResponse | string) => {
      if (typeof message === "string") return step({ type: "prack", request: prack(message) });
      const order = orderProvisional(message, last);
      if (order.kind === "drop") return;
      heard.push(message.status);
      if (order.kind !== "next") return;
      last = order.last;
      // A PRACK has a transaction of its own: it is sent until it is answered.
      air.push(order.rack);
    };
    for (const status of says) step(toEvent(String(status)));
    for (let i = 0; i < 200 && (air.length > 0 || running.has("again")); i += 1) {
      const message = air.shift();
      if (message !== undefined) receive(message);
      else step({ type: "timer", timer: "again" });
    }
    return { heard, state: state.name };
  }

  it("each response is heard once, in order, and the 2xx behind them all", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 5, maxLength: 60 }), choices => {
        const says = [183, 180, 181, 200];
        const { heard, state } = converse(choices.concat(3), says);
        const reliable = heard.filter(status => status < 200);
        expect(reliable).toEqual(says.slice(0, reliable.length));
        if (heard.includes(200)) expect(reliable).toEqual([183, 180, 181]);
        if (state === "closed") expect(reliable).toEqual([183, 180, 181]);
      }),
      { numRuns: 1_000 },
    );
  });
});
