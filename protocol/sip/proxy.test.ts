import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SipRequest, SipResponse } from "./message.ts";
import { openProxy, stepProxy } from "./proxy.ts";
import type { ProxyContext, ProxyEffect, ProxyEvent, ProxyTarget } from "./proxy-context.ts";
import { config, line, linesOf, sampleRequest, sampleResponse } from "./samples.suite.ts";

const invite = sampleRequest();
const message = sampleRequest({ method: "MESSAGE" });
const at = (hop: string, otherwise?: ProxyTarget): ProxyTarget => ({
  uri: `sip:bob@${hop}.invalid`,
  hop,
  ...(otherwise && { otherwise }),
});

interface Situation {
  readonly request?: SipRequest;
  readonly groups?: readonly (readonly ProxyTarget[])[];
}

const one = { groups: [[at("one")]] };
const two = { groups: [[at("one"), at("two")]] };

/** A forwarded request and what became of it; events are written `0:180`, `1:timeout`, `0:closed`, `C0`, `cancel`. */
function start({ request = invite, groups = two.groups }: Situation = {}) {
  const [first, effects] = openProxy({ request, loop: "loop", groups, config, random: "r4nd0m" });
  const run = {
    context: first as ProxyContext,
    effects,
    forwards: [] as SipRequest[],
    responses: [] as SipResponse[],
    take(...words: string[]) {
      for (const word of words) {
        const [context, next] = stepProxy(run.context, toEvent(word, run.forwards, request));
        run.context = context;
        run.effects = next;
        run.collect(next);
      }
      return run;
    },
    collect(next: readonly ProxyEffect[]) {
      for (const effect of next) {
        if (effect.do === "forward") run.forwards[effect.branch] = effect.request;
        if (effect.do === "respond") run.responses.push(effect.response);
      }
    },
    get told() {
      return run.effects.map(told);
    },
  };
  run.collect(effects);
  return run;
}

function toEvent(word: string, forwards: readonly SipRequest[], request: SipRequest): ProxyEvent {
  if (word === "cancel") return { type: "cancel", headers: [] };
  if (word.startsWith("C")) return { type: "timer", timer: word as `C${number}` };
  const [id = "", what = ""] = word.split(":");
  const branch = Number(id);
  if (what === "closed") return { type: "closed", branch };
  if (what === "timeout" || what === "transport-error") return { type: "fail", branch, why: what };
  const response = sampleResponse(forwards[branch] ?? request, Number(what), { toTag: `device${branch}` });
  return { type: "response", branch, response };
}

function told(effect: ProxyEffect): string {
  switch (effect.do) {
    case "forward":
      return `forward ${effect.branch} ${effect.target.hop}`;
    case "respond":
      return `respond ${effect.response.status}`;
    case "cancel":
      return `cancel ${effect.branch}${effect.headers.map(({ value }) => ` ${value}`)}`;
    case "abandon":
      return "abandon";
    case "start-timer":
      return `${effect.timer} ${effect.ms}`;
    case "stop-timer":
      return `no ${effect.timer}`;
  }
}

const elsewhere = 'SIP;cause=200;text="Call completed elsewhere"';

describe("INVITE to one target", () => {
  const rows: [path: string, effects: string[]][] = [
    ["searching", ["forward 0 one", "C0 181000", "respond 100"]],
    ["searching->0:100->searching", []],
    ["searching->0:180->searching", ["respond 180", "C0 181000"]],
    ["searching->0:180->searching->0:183->searching", ["respond 183", "C0 181000"]],
    ["searching->0:200->answered", ["respond 200", "no C0"]],
    ["searching->0:200->answered->0:200->answered", ["respond 200"]],
    ["searching->0:200->answered->0:180->answered", []],
    ["searching->0:200->answered->0:486->answered", []],
    ["searching->0:200->answered->cancel->answered", []],
    ["searching->0:200->answered->0:closed->ended", []],
    ["searching->0:486->answered", ["no C0", "respond 486"]],
    ["searching->0:486->answered->0:closed->ended", []],
    ["searching->0:486->answered->0:closed->ended->0:200->ended", []],
    ["searching->0:timeout->answered", ["no C0", "respond 408"]],
    ["searching->0:transport-error->answered", ["no C0", "respond 500"]],
    ["searching->0:503->answered", ["no C0", "respond 500"]],
    ["searching->0:closed->ended", ["no C0", "respond 408"]],
    ["searching->0:180->searching->C0->searching", ["cancel 0"]],
    ["searching->0:100->searching->C0->searching->0:487->answered", ["no C0", "respond 487"]],
    ["searching->C0->answered", ["cancel 0", "no C0", "respond 408"]],
    ["searching->C0->answered->0:200->answered", ["respond 200"]],
    ["searching->0:180->searching->cancel->closing", ["cancel 0", "no C0"]],
    ["searching->cancel->closing", ["cancel 0", "no C0"]],
    ["searching->cancel->closing->cancel->closing", []],
    ["searching->cancel->closing->0:180->closing", ["respond 180"]],
    ["searching->cancel->closing->0:487->answered", ["no C0", "respond 487"]],
    ["searching->cancel->closing->0:200->answered", ["respond 200", "no C0"]],
    ["searching->cancel->closing->0:timeout->answered", ["no C0", "respond 408"]],
  ];
  it.each(rows)("%s", (path, effects) => expect(walk(path, one)).toEqual(effects));
});

describe("INVITE to two targets at once", () => {
  const rows: [path: string, effects: string[]][] = [
    ["searching", ["forward 0 one", "C0 181000", "forward 1 two", "C1 181000", "respond 100"]],
    ["searching->0:486->searching", ["no C0"]],
    ["searching->0:486->searching->1:404->answered", ["no C1", "respond 486"]],
    ["searching->0:480->searching->1:486->answered", ["no C1", "respond 486"]],
    ["searching->0:200->answered", ["respond 200", "no C0", `cancel 1 ${elsewhere}`, "no C1"]],
    ["searching->0:200->answered->1:180->answered", []],
    ["searching->0:200->answered->1:487->answered", []],
    ["searching->0:200->answered->1:200->answered", ["respond 200"]],
    ["searching->0:200->answered->1:closed->answered->0:closed->ended", []],
    ["searching->0:486->searching->1:200->answered", ["respond 200", "no C1"]],
    ["searching->1:603->closing", ["no C1", "cancel 0 SIP;cause=603", "no C0"]],
    ["searching->1:603->closing->0:487->answered", ["no C0", "respond 603"]],
    ["searching->1:603->closing->0:200->answered", ["respond 200", "no C0"]],
    ["searching->cancel->closing", ["cancel 0", "no C0", "cancel 1", "no C1"]],
    ["searching->0:486->searching->cancel->closing", ["cancel 1", "no C1"]],
    ["searching->0:timeout->searching->1:transport-error->answered", ["no C1", "respond 408"]],
    ["searching->5:200->searching", []],
  ];
  it.each(rows)("%s", (path, effects) => expect(walk(path, two)).toEqual(effects));
});

describe("one target after the other", () => {
  const inTurn = { groups: [[at("one")], [at("two")]] };
  const otherWay = { groups: [[at("one", at("spare"))]] };
  const rows: [path: string, effects: string[], Situation][] = [
    ["searching->0:486->searching", ["no C0", "forward 1 two", "C1 181000"], inTurn],
    ["searching->0:486->searching->1:404->answered", ["no C1", "respond 486"], inTurn],
    ["searching->0:603->answered", ["no C0", "respond 603"], inTurn],
    ["searching->cancel->closing->0:487->answered", ["no C0", "respond 487"], inTurn],
    ["searching->0:transport-error->searching", ["no C0", "forward 1 spare", "C1 181000"], otherWay],
    ["searching->0:430->searching", ["no C0", "forward 1 spare", "C1 181000"], otherWay],
    ["searching->0:430->searching->1:200->answered", ["respond 200", "no C1"], otherWay],
    ["searching->0:430->searching->1:430->answered", ["no C1", "respond 480"], otherWay],
    ["searching->0:486->answered", ["no C0", "respond 486"], otherWay],
    ["searching->cancel->closing->0:430->answered", ["no C0", "respond 480"], otherWay],
  ];
  it.each(rows)("%s", (path, effects, situation) => expect(walk(path, situation)).toEqual(effects));
});

describe("other requests", () => {
  const rows: [path: string, effects: string[]][] = [
    ["searching", ["forward 0 one", "forward 1 two"]],
    ["searching->0:100->searching", []],
    ["searching->0:180->searching", []],
    ["searching->0:200->answered", ["respond 200"]],
    ["searching->0:200->answered->1:200->answered", []],
    ["searching->0:404->searching->1:200->answered", ["respond 200"]],
    ["searching->0:timeout->searching->1:timeout->answered", ["abandon"]],
    ["searching->0:408->searching->1:404->answered", ["respond 404"]],
    ["searching->0:603->closing->1:404->answered", ["respond 603"]],
    ["searching->cancel->searching", []],
  ];
  it.each(rows)("%s", (path, effects) => expect(walk(path, { ...two, request: message })).toEqual(effects));
});

function walk(path: string, situation: Situation): string[] {
  const words = path.split("->");
  const run = start(situation);
  expect(run.context.name).toBe(words[0]);
  for (let i = 1; i < words.length; i += 2) {
    run.take(words[i] ?? "");
    expect(run.context.name, `after ${words.slice(0, i + 1).join("->")}`).toBe(words[i + 1]);
  }
  return run.told;
}

describe("what is sent", () => {
  it("each branch has its own, unguessable Via, which no response upstream bears", () => {
    const run = start(two).take("0:180");
    const branches = run.forwards.map(request => linesOf(request, "via")[0]);
    expect(branches).toEqual([
      `${config.via};branch=z9hG4bKr4nd0m.0.loop`,
      `${config.via};branch=z9hG4bKr4nd0m.1.loop`,
    ]);
    const [, ringing] = run.responses;
    expect(ringing && linesOf(ringing, "via")).toEqual(linesOf(invite, "via"));
  });

  it("no target: 480 (§16.5)", () => {
    expect(start({ groups: [] })).toMatchObject({ told: ["respond 480"], context: { name: "ended" } });
    expect(start({ groups: [[]] }).told).toEqual(["respond 480"]);
  });

  it("what the proxy itself answers bears a To tag, its 100 none (§8.2.6.2)", () => {
    const run = start(one).take("0:timeout");
    const [trying, timeout] = run.responses.map(response => linesOf(response, "to"));
    expect(trying).toEqual(["<sip:bob@b.example>"]);
    expect(timeout).toEqual(["<sip:bob@b.example>;tag=r4nd0m"]);
  });

  it("the Reason of the caller's CANCEL goes along (RFC 3326)", () => {
    const run = start(one).take("0:180");
    const [, effects] = stepProxy(run.context, {
      type: "cancel",
      headers: [line("Reason", "SIP;cause=487")],
    });
    expect(effects.map(told)).toContain("cancel 0 SIP;cause=487");
  });

  it("what forks is divided, and stops when it is used up (RFC 5393 §5.3.3)", () => {
    const breadth = (headers: [string, string][], groups = two.groups) =>
      start({ request: sampleRequest({ headers }), groups });
    expect(breadth([]).forwards.map(request => linesOf(request, "max-breadth"))).toEqual([["30"], ["30"]]);
    expect(breadth([["Max-Breadth", "5"]]).forwards.map(request => linesOf(request, "max-breadth"))).toEqual([
      ["2"],
      ["2"],
    ]);
    expect(
      breadth([["Max-Breadth", "7"]], one.groups).forwards.map(request => linesOf(request, "max-breadth")),
    ).toEqual([["7"]]);
    expect(breadth([], one.groups).forwards.map(request => linesOf(request, "max-breadth"))).toEqual([[]]);
    expect(breadth([["Max-Breadth", "1"]]).told).toEqual(["respond 440"]);
  });
});

describe("any order of events", () => {
  const whats = [
    "100",
    "180",
    "200",
    "302",
    "401",
    "404",
    "430",
    "487",
    "503",
    "603",
    "timeout",
    "transport-error",
  ];
  const anyWord = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.tuple(fc.nat(4), fc.constantFrom(...whats)).map(([id, what]) => `${id}:${what}`),
    },
    { weight: 2, arbitrary: fc.nat(4).map(id => `C${id}`) },
    { weight: 1, arbitrary: fc.nat(4).map(id => `${id}:closed`) },
    { weight: 1, arbitrary: fc.constant("cancel") },
  );
  const situations: Situation[] = [
    one,
    two,
    { groups: [[at("one", at("spare"))], [at("two"), at("three")]] },
    { request: message, groups: [[at("one"), at("two")], [at("three", at("spare"))]] },
  ];

  it("one final answer upstream (2xx of an INVITE apart), no branch after it, and closing all branches ends it", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...situations),
        fc.array(anyWord, { maxLength: 30 }),
        (situation, words) => {
          const run = start(situation);
          const isInvite = (situation.request ?? invite) === invite;
          let abandoned = 0;
          for (const word of [...words, ...closeAll]) {
            const before = { branches: run.forwards.length, name: run.context.name };
            run.take(word);
            if (run.told.includes("abandon")) abandoned += 1;
            if (before.name !== "searching") expect(run.forwards.length).toBe(before.branches);
          }
          const finals = run.responses.filter(({ status }) => status >= 200);
          const refusals = finals.filter(({ status }) => status >= 300).length;
          const successes = finals.length - refusals;
          expect(refusals + abandoned).toBeLessThanOrEqual(1);
          expect(refusals + abandoned + successes).toBeGreaterThanOrEqual(1);
          if (!isInvite) expect(finals.length + abandoned).toBe(1);
          const first = finals.findIndex(({ status }) => status < 300);
          if (first >= 0) expect(finals.slice(first).every(({ status }) => status < 300)).toBe(true);
          expect(run.context.name).toBe("ended");
          expect(run.responses.filter(({ status }) => status === 100).length).toBe(isInvite ? 1 : 0);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  const closeAll = [0, 1, 2, 3, 4, 5, 6, 7].map(id => `${id}:closed`);
});
