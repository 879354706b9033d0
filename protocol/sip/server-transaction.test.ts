import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sampleRequest, sampleResponse } from "./samples.suite.ts";
import type { ServerEffect, ServerEvent, ServerTimer } from "./server-event.ts";
import { openServer, type ServerTransaction, stepServer } from "./server-transaction.ts";

const invite = sampleRequest();
const message = sampleRequest({ method: "MESSAGE" });
const ack = sampleRequest({ method: "ACK" });

/** A step of a path such as `untried->180->proceeding`: the user's `180`, `INVITE`, `ACK`, `G`, `error`. */
function toEvent(word: string, request = invite): ServerEvent {
  if (/^\d{3}$/.test(word)) return { type: "respond", response: sampleResponse(request, Number(word)) };
  if (word === "error") return { type: "transport-error" };
  if (word === "abandon") return { type: "abandon" };
  if (word === "again") return { type: "request", request };
  if (word === "ACK") return { type: "request", request: ack };
  return { type: "timer", timer: word as ServerTimer };
}

function told(effect: ServerEffect): string {
  switch (effect.do) {
    case "send":
      return `send ${effect.response.status}`;
    case "deliver":
      return `deliver ${effect.request.method}`;
    case "fail":
      return effect.why;
    case "start-timer":
      return `${effect.timer} ${effect.ms}`;
    case "stop-timer":
      return `no ${effect.timer}`;
  }
}

interface Walk {
  readonly reliable?: boolean;
  readonly trying?: "transaction" | "user";
  readonly request?: typeof invite;
}

/** Walks the path, checks every state named in it, returns what the last step did. */
function walk(path: string, { reliable = false, trying = "transaction", request = invite }: Walk = {}) {
  const words = path.split("->");
  let [tx, effects] = openServer(request, { reliable, trying });
  expect(tx.name).toBe(words[0]);
  for (let i = 1; i < words.length; i += 2) {
    [tx, effects] = stepServer(tx, toEvent(words[i] ?? "", request));
    expect(tx.name, `after ${words.slice(0, i + 1).join("->")}`).toBe(words[i + 1]);
  }
  return effects.map(told);
}

describe("INVITE server transaction, unreliable transport", () => {
  const rows: [path: string, effects: string[]][] = [
    ["untried", ["deliver INVITE", "trying 200"]],
    ["untried->again->untried", []],
    ["untried->ACK->untried", []],
    ["untried->trying->proceeding", ["no trying", "send 100"]],
    ["untried->trying->proceeding->again->proceeding", ["send 100"]],
    ["untried->180->proceeding", ["no trying", "send 180"]],
    ["untried->180->proceeding->trying->proceeding", []],
    ["untried->180->proceeding->183->proceeding->again->proceeding", ["send 183"]],
    ["untried->180->proceeding->ACK->proceeding", []],
    ["untried->180->proceeding->error->proceeding", ["transport-error"]],
    ["untried->error->untried", ["transport-error"]],
    ["untried->abandon->terminated", ["no trying"]],
    ["untried->200->accepted", ["no trying", "send 200", "L 32000"]],
    ["untried->180->proceeding->200->accepted", ["send 200", "L 32000"]],
    ["untried->200->accepted->again->accepted", []],
    ["untried->200->accepted->ACK->accepted", ["deliver ACK"]],
    ["untried->200->accepted->200->accepted", ["send 200"]],
    ["untried->200->accepted->486->accepted", []],
    ["untried->200->accepted->180->accepted", []],
    ["untried->200->accepted->error->accepted", ["transport-error"]],
    ["untried->200->accepted->abandon->accepted", []],
    ["untried->200->accepted->L->terminated", []],
    ["untried->486->completed", ["no trying", "send 486", "H 32000", "G 500"]],
    ["untried->486->completed->again->completed", ["send 486"]],
    ["untried->486->completed->G->completed", ["send 486", "G 1000"]],
    [
      "untried->486->completed->G->completed->G->completed->G->completed->G->completed",
      ["send 486", "G 4000"],
    ],
    ["untried->486->completed->200->completed", []],
    ["untried->486->completed->error->completed", ["transport-error"]],
    ["untried->486->completed->H->terminated", ["no G", "timeout"]],
    ["untried->486->completed->ACK->confirmed", ["no G", "no H", "I 5000"]],
    ["untried->486->completed->ACK->confirmed->ACK->confirmed", []],
    ["untried->486->completed->ACK->confirmed->again->confirmed", []],
    ["untried->486->completed->ACK->confirmed->G->confirmed", []],
    ["untried->486->completed->ACK->confirmed->I->terminated", []],
    ["untried->486->completed->ACK->confirmed->I->terminated->again->terminated", []],
  ];
  it.each(rows)("%s", (path, effects) => expect(walk(path)).toEqual(effects));
});

describe("INVITE server transaction, reliable transport", () => {
  const rows: [path: string, effects: string[]][] = [
    ["untried->486->completed", ["no trying", "send 486", "H 32000"]],
    ["untried->486->completed->G->completed", []],
    ["untried->486->completed->again->completed", ["send 486"]],
    ["untried->486->completed->ACK->terminated", ["no H"]],
    ["untried->486->completed->H->terminated", ["timeout"]],
    ["untried->200->accepted", ["no trying", "send 200", "L 32000"]],
  ];
  it.each(rows)("%s", (path, effects) => expect(walk(path, { reliable: true })).toEqual(effects));

  it("a proxy says 100 itself, at once: no timer runs for it", () => {
    expect(walk("untried", { reliable: true, trying: "user" })).toEqual(["deliver INVITE"]);
    expect(walk("untried->100->proceeding", { reliable: true, trying: "user" })).toContain("send 100");
  });
});

describe("non-INVITE server transaction", () => {
  const rows: [path: string, effects: string[]][] = [
    ["trying", ["deliver MESSAGE"]],
    ["trying->again->trying", []],
    ["trying->error->trying", ["transport-error"]],
    ["trying->abandon->terminated", []],
    ["trying->100->proceeding", ["send 100"]],
    ["trying->100->proceeding->again->proceeding", ["send 100"]],
    ["trying->100->proceeding->abandon->terminated", []],
    ["trying->200->completed", ["send 200", "J 32000"]],
    ["trying->100->proceeding->404->completed", ["send 404", "J 32000"]],
    ["trying->200->completed->again->completed", ["send 200"]],
    ["trying->200->completed->404->completed", []],
    ["trying->200->completed->error->completed", ["transport-error"]],
    ["trying->200->completed->abandon->completed", []],
    ["trying->200->completed->J->terminated", []],
  ];
  it.each(rows)("%s", (path, effects) => expect(walk(path, { request: message })).toEqual(effects));

  const reliable: [path: string, effects: string[]][] = [
    ["trying->200->terminated", ["send 200"]],
    ["trying->200->terminated->again->terminated", []],
  ];
  it.each(reliable)("reliable: %s", (path, effects) =>
    expect(walk(path, { reliable: true, request: message })).toEqual(effects),
  );
});

describe("any order of events", () => {
  const words = ["100", "180", "200", "302", "487", "600", "error", "again", "ACK"] as const;
  const anyEvents = fc.array(fc.constantFrom(...words, "G", "H", "I", "L", "trying", "J"), { maxLength: 25 });

  it("one final response (several 2xx to INVITE), nothing after the end, and timers lead to the end", () => {
    fc.assert(
      fc.property(anyEvents, fc.boolean(), fc.boolean(), (events, reliable, isInvite) => {
        const request = isInvite ? invite : message;
        const run = startRun(request, reliable);
        for (const word of events) run.take(toEvent(word, request));
        run.takeTimersUntilQuiet();
        // Only its user can end a transaction that nobody has answered.
        run.take({ type: "abandon" });
        expect(run.tx.name).toBe("terminated");
        expect(run.running.size).toBe(0);
        expect(run.finals.size).toBeLessThanOrEqual(1);
      }),
      { numRuns: 3_000 },
    );
  });

  function startRun(request: typeof invite, reliable: boolean) {
    const run = {
      tx: undefined as unknown as ServerTransaction,
      running: new Set<ServerTimer>(),
      /** Statuses of final responses, all 2xx as one. */
      finals: new Set<number>(),
      take(event: ServerEvent) {
        const wasTerminated = run.tx.name === "terminated";
        if (event.type === "timer") run.running.delete(event.timer);
        const [tx, effects] = stepServer(run.tx, event);
        if (wasTerminated) expect([tx.name, effects]).toEqual(["terminated", []]);
        run.tx = tx;
        run.apply(effects);
      },
      apply(effects: readonly ServerEffect[]) {
        for (const effect of effects) {
          if (effect.do === "start-timer") run.running.add(effect.timer);
          if (effect.do === "stop-timer") run.running.delete(effect.timer);
          if (effect.do === "send") run.sent(effect.response.status);
        }
      },
      sent(status: number) {
        if (status < 200) expect(run.finals.size).toBe(0);
        else run.finals.add(status < 300 ? 200 : status);
      },
      takeTimersUntilQuiet() {
        for (let i = 0; run.running.size > 0 && i < 100; i += 1) {
          // G runs for ever; the one that gives up comes after it.
          const timers = [...run.running];
          const timer = timers.find(name => name !== "G") ?? timers[0];
          if (timer !== undefined) run.take({ type: "timer", timer });
        }
      },
    };
    const [tx, effects] = openServer(request, { reliable, trying: "transaction" });
    run.tx = tx;
    run.apply(effects);
    return run;
  }
});
