import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ClientEffect, ClientEvent, ClientTimer } from "./client-event.ts";
import { type ClientTransaction, openClient, stepClient } from "./client-transaction.ts";
import { line, linesOf, sampleRequest, sampleResponse } from "./samples.suite.ts";

const invite = sampleRequest();
const message = sampleRequest({ method: "MESSAGE" });
const reason = line("Reason", 'SIP;cause=200;text="Call completed elsewhere"');

/** A step of a path such as `calling->180->proceeding`: `180`, `A`, `error`, `cancel`. */
function toEvent(word: string, request = invite): ClientEvent {
  if (/^\d{3}$/.test(word)) return { type: "response", response: sampleResponse(request, Number(word)) };
  if (word === "error") return { type: "transport-error" };
  if (word === "cancel") return { type: "cancel", headers: [reason] };
  return { type: "timer", timer: (word === "64*T1" ? "cancel" : word) as ClientTimer };
}

function told(effect: ClientEffect): string {
  switch (effect.do) {
    case "send":
      return `send ${effect.request.method}`;
    case "deliver":
      return `deliver ${effect.response.status}`;
    case "cancel":
      return `open ${effect.request.method}`;
    case "fail":
      return effect.why;
    case "start-timer":
      return `${effect.timer} ${effect.ms}`;
    case "stop-timer":
      return `no ${effect.timer}`;
  }
}

/** Walks the path, checks every state named in it, returns what the last step did. */
function walk(path: string, { reliable = false, request = invite } = {}): string[] {
  const words = path.split("->");
  let [tx, effects] = openClient(request, { reliable });
  expect(tx.name).toBe(words[0]);
  for (let i = 1; i < words.length; i += 2) {
    [tx, effects] = stepClient(tx, toEvent(words[i] ?? "", request));
    expect(tx.name, `after ${words.slice(0, i + 1).join("->")}`).toBe(words[i + 1]);
  }
  return effects.map(told);
}

describe("INVITE client transaction, unreliable transport", () => {
  const rows: [path: string, effects: string[]][] = [
    ["calling", ["send INVITE", "B 32000", "A 500"]],
    ["calling->A->calling", ["send INVITE", "A 1000"]],
    ["calling->A->calling->A->calling", ["send INVITE", "A 2000"]],
    ["calling->A->calling->A->calling->A->calling->A->calling", ["send INVITE", "A 8000"]],
    ["calling->B->terminated", ["no A", "no B", "timeout"]],
    ["calling->error->terminated", ["no A", "no B", "transport-error"]],
    ["calling->100->proceeding", ["no A", "no B", "deliver 100"]],
    ["calling->180->proceeding->A->proceeding", []],
    ["calling->180->proceeding->B->proceeding", []],
    ["calling->180->proceeding->183->proceeding", ["deliver 183"]],
    ["calling->180->proceeding->error->terminated", ["transport-error"]],
    ["calling->200->accepted", ["no A", "no B", "deliver 200", "M 32000"]],
    ["calling->100->proceeding->200->accepted", ["deliver 200", "M 32000"]],
    ["calling->200->accepted->200->accepted", ["deliver 200"]],
    ["calling->200->accepted->180->accepted", []],
    ["calling->200->accepted->486->accepted", []],
    ["calling->200->accepted->cancel->accepted", []],
    ["calling->200->accepted->error->accepted", []],
    ["calling->200->accepted->M->terminated", []],
    ["calling->486->completed", ["no A", "no B", "send ACK", "deliver 486", "D 32000"]],
    ["calling->180->proceeding->600->completed", ["send ACK", "deliver 600", "D 32000"]],
    ["calling->302->completed->302->completed", ["send ACK"]],
    ["calling->486->completed->180->completed", []],
    ["calling->486->completed->200->completed", []],
    ["calling->486->completed->cancel->completed", []],
    ["calling->486->completed->D->terminated", []],
    ["calling->486->completed->error->terminated", ["no D", "transport-error"]],
    ["calling->486->completed->D->terminated->486->terminated", []],
    ["calling->cancel->withdrawn", []],
    ["calling->cancel->withdrawn->cancel->withdrawn", []],
    ["calling->cancel->withdrawn->A->withdrawn", ["send INVITE", "A 1000"]],
    ["calling->cancel->withdrawn->B->terminated", ["no A", "no B", "timeout"]],
    ["calling->cancel->withdrawn->error->terminated", ["no A", "no B", "transport-error"]],
    [
      "calling->cancel->withdrawn->100->cancelling",
      ["no A", "no B", "deliver 100", "open CANCEL", "cancel 32000"],
    ],
    ["calling->cancel->withdrawn->200->accepted", ["no A", "no B", "deliver 200", "M 32000"]],
    ["calling->cancel->withdrawn->404->completed", ["no A", "no B", "send ACK", "deliver 404", "D 32000"]],
    ["calling->180->proceeding->cancel->cancelling", ["open CANCEL", "cancel 32000"]],
    ["calling->180->proceeding->cancel->cancelling->cancel->cancelling", []],
    ["calling->180->proceeding->cancel->cancelling->180->cancelling", ["deliver 180"]],
    [
      "calling->180->proceeding->cancel->cancelling->487->completed",
      ["no cancel", "send ACK", "deliver 487", "D 32000"],
    ],
    ["calling->180->proceeding->cancel->cancelling->200->accepted", ["no cancel", "deliver 200", "M 32000"]],
    ["calling->180->proceeding->cancel->cancelling->64*T1->terminated", ["no cancel", "timeout"]],
    ["calling->180->proceeding->cancel->cancelling->error->terminated", ["no cancel", "transport-error"]],
  ];
  it.each(rows)("%s", (path, effects) => expect(walk(path)).toEqual(effects));
});

describe("INVITE client transaction, reliable transport", () => {
  const rows: [path: string, effects: string[]][] = [
    ["calling", ["send INVITE", "B 32000"]],
    ["calling->A->calling", []],
    ["calling->180->proceeding", ["no B", "deliver 180"]],
    ["calling->486->terminated", ["no B", "send ACK", "deliver 486"]],
    ["calling->180->proceeding->603->terminated", ["send ACK", "deliver 603"]],
    ["calling->200->accepted", ["no B", "deliver 200", "M 32000"]],
    ["calling->B->terminated", ["no B", "timeout"]],
  ];
  it.each(rows)("%s", (path, effects) => expect(walk(path, { reliable: true })).toEqual(effects));
});

describe("non-INVITE client transaction", () => {
  const unreliable: [path: string, effects: string[]][] = [
    ["trying", ["send MESSAGE", "F 32000", "E 500"]],
    ["trying->E->trying", ["send MESSAGE", "E 1000"]],
    ["trying->E->trying->E->trying->E->trying->E->trying", ["send MESSAGE", "E 4000"]],
    ["trying->F->terminated", ["no E", "no F", "timeout"]],
    ["trying->error->terminated", ["no E", "no F", "transport-error"]],
    ["trying->100->proceeding", ["deliver 100"]],
    ["trying->100->proceeding->E->proceeding", ["send MESSAGE", "E 4000"]],
    ["trying->100->proceeding->100->proceeding", ["deliver 100"]],
    ["trying->100->proceeding->F->terminated", ["no E", "no F", "timeout"]],
    ["trying->100->proceeding->200->completed", ["no E", "no F", "deliver 200", "K 5000"]],
    ["trying->404->completed", ["no E", "no F", "deliver 404", "K 5000"]],
    ["trying->200->completed->200->completed", []],
    ["trying->200->completed->error->completed", []],
    ["trying->200->completed->K->terminated", []],
    ["trying->cancel->trying", []],
  ];
  it.each(unreliable)("%s", (path, effects) => expect(walk(path, { request: message })).toEqual(effects));

  const reliable: [path: string, effects: string[]][] = [
    ["trying", ["send MESSAGE", "F 32000"]],
    ["trying->E->trying", []],
    ["trying->200->terminated", ["no F", "deliver 200"]],
    ["trying->100->proceeding->500->terminated", ["no F", "deliver 500"]],
  ];
  it.each(reliable)("reliable: %s", (path, effects) =>
    expect(walk(path, { reliable: true, request: message })).toEqual(effects),
  );
});

describe("what the transaction itself sends", () => {
  const routed = sampleRequest({
    headers: [
      ["Route", "<sip:one.example;lr>"],
      ["Route", "<sip:two.example;lr>"],
      ["Require", "100rel"],
    ],
    seq: 4711,
    body: "v=0",
  });

  it("the ACK of a 486 bears the INVITE's URI, Via, Route, From, Call-ID and number, and the response's To", () => {
    const [tx] = openClient(routed, { reliable: false });
    const [, effects] = stepClient(tx, { type: "response", response: sampleResponse(routed, 486) });
    const ack = effects.find(effect => effect.do === "send")?.request;
    if (ack === undefined) throw new Error("no ACK was sent");
    expect(ack).toMatchObject({ method: "ACK", uri: routed.uri, body: "" });
    expect(linesOf(ack, "via")).toEqual(linesOf(routed, "via"));
    expect(linesOf(ack, "route")).toEqual(linesOf(routed, "route"));
    expect(linesOf(ack, "from")).toEqual(linesOf(routed, "from"));
    expect(linesOf(ack, "to")).toEqual(["<sip:bob@b.example>;tag=bob"]);
    expect(linesOf(ack, "call-id")).toEqual(linesOf(routed, "call-id"));
    expect(linesOf(ack, "cseq")).toEqual(["4711 ACK"]);
    expect(linesOf(ack, "max-forwards")).toEqual(["70"]);
    expect(linesOf(ack, "require")).toEqual([]);
  });

  it("the CANCEL bears the same, the INVITE's own To, and the Reason it was given", () => {
    const [tx] = openClient(routed, { reliable: true });
    const [ringing] = stepClient(tx, { type: "response", response: sampleResponse(routed, 180) });
    const [, effects] = stepClient(ringing, { type: "cancel", headers: [reason] });
    const cancel = effects.find(effect => effect.do === "cancel")?.request;
    if (cancel === undefined) throw new Error("no CANCEL was made");
    expect(cancel).toMatchObject({ method: "CANCEL", uri: routed.uri, body: "" });
    for (const key of ["via", "route", "from", "to", "call-id"]) {
      expect(linesOf(cancel, key), key).toEqual(linesOf(routed, key));
    }
    expect(linesOf(cancel, "cseq")).toEqual(["4711 CANCEL"]);
    expect(linesOf(cancel, "reason")).toEqual([reason.value]);
    expect(linesOf(cancel, "require")).toEqual([]);
  });
});

describe("any order of events", () => {
  const words = ["100", "180", "183", "200", "302", "404", "487", "600", "error", "cancel"] as const;
  const anyEvents = fc.array(fc.constantFrom(...words, "A", "B", "D", "M", "64*T1", "E", "F", "K"), {
    maxLength: 25,
  });

  it("one outcome at most, nothing after the end, and timers lead every path to the end", () => {
    fc.assert(
      fc.property(anyEvents, fc.boolean(), fc.boolean(), (events, reliable, isInvite) => {
        const request = isInvite ? invite : message;
        const run = startRun(request, reliable);
        for (const word of events) run.take(toEvent(word, request));
        run.takeTimersUntilQuiet();
        // Ringing has no bound of its own (§17.1.1.2): the phone's patience or timer C of a proxy ends it.
        if (run.tx.name === "proceeding" && run.tx.kind === "invite") run.take(toEvent("cancel"));
        run.takeTimersUntilQuiet();
        expect(run.tx.name).toBe("terminated");
        expect(run.running.size).toBe(0);
        expect(run.finals).toBe(1);
      }),
      { numRuns: 3_000 },
    );
  });

  /** A transaction, its running timers, and what must hold whenever it takes a step. */
  function startRun(request: typeof invite, reliable: boolean) {
    const run = {
      tx: undefined as unknown as ClientTransaction,
      running: new Set<ClientTimer>(),
      /** Final non-2xx responses, failures, and the first 2xx. */
      finals: 0,
      accepted: false,
      take(event: ClientEvent) {
        const wasTerminated = run.tx.name === "terminated";
        if (event.type === "timer") run.running.delete(event.timer);
        const [tx, effects] = stepClient(run.tx, event);
        if (wasTerminated) expect([tx.name, effects]).toEqual(["terminated", []]);
        run.tx = tx;
        run.apply(effects);
      },
      apply(effects: readonly ClientEffect[]) {
        for (const effect of effects) {
          if (effect.do === "start-timer") run.running.add(effect.timer);
          if (effect.do === "stop-timer") run.running.delete(effect.timer);
          if (effect.do === "cancel") expect(run.finals).toBe(0);
          if (effect.do === "deliver" && effect.response.status >= 200)
            run.final(effect.response.status < 300);
          // Losing the connection after the outcome is told too, and is none.
          if (effect.do === "fail" && run.finals === 0) run.finals += 1;
        }
      },
      final(isSuccess: boolean) {
        if (!(isSuccess && run.accepted)) run.finals += 1;
        run.accepted ||= isSuccess;
      },
      takeTimersUntilQuiet() {
        for (let i = 0; run.running.size > 0 && i < 100; i += 1) {
          // Retransmission timers run for ever; those that give up come after them.
          const timers = [...run.running];
          const timer = timers.find(name => !["A", "E"].includes(name)) ?? timers[0];
          if (timer !== undefined) run.take({ type: "timer", timer });
        }
      },
    };
    const [tx, effects] = openClient(request, { reliable });
    run.tx = tx;
    run.apply(effects);
    return run;
  }
});
