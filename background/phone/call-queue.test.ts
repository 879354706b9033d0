import { describe, expect, it } from "vitest";
import { newCall } from "../../protocol/call/call.ts";
import type { CallEffect } from "../../protocol/call/call-effect.ts";
import type { CallId } from "../../protocol/ids.ts";
import { createLog } from "../base/log.ts";
import { CallQueue } from "./call-queue.ts";

const call = newCall({
  id: "call-1" as CallId,
  direction: "outgoing",
  me: "me",
  peer: "peer",
  expects: "account",
  line: "up",
});

function createRig(perform: (effect: CallEffect) => Promise<void> | void = () => undefined) {
  const lines: string[] = [];
  const done: string[] = [];
  const log = createLog({
    now: () => 0,
    level: "debug",
    write: ({ level, name }) => lines.push(`${level} ${name}`),
  });
  const queue = new CallQueue(call, {
    log,
    perform: effect => {
      done.push(effect.do);
      return perform(effect);
    },
    changed: next => done.push(`-> ${next.state.kind}`),
  });
  const told = () => new Promise<void>(resolve => queue.work(async () => void resolve()));
  return { queue, lines, done, told };
}

describe("a call's queue", () => {
  it("ends the effects of one event before the next begins, with one line each", async () => {
    const gate = Promise.withResolvers<void>();
    const rig = createRig(({ do: what }) => (what === "resolve-target" ? gate.promise : undefined));
    rig.queue.tell({ type: "dial" });
    rig.queue.tell({ type: "resolved" });
    await Promise.resolve();
    gate.resolve();
    await rig.told();
    expect(rig.done.indexOf("start-timer")).toBeLessThan(rig.done.indexOf("-> inviting"));
    expect(rig.lines).toEqual(["info call.step", "info call.step"]);
  });

  it("goes on when an effect or a job fails, and says so", async () => {
    const rig = createRig(({ do: what }) => {
      if (what === "resolve-target") throw new Error("no");
    });
    rig.queue.tell({ type: "dial" });
    rig.queue.work(() => Promise.reject(new Error("broken")));
    rig.queue.tell({ type: "hang-up" });
    await rig.told();
    expect(rig.lines).toContain("error call.effect.failed");
    expect(rig.lines).toContain("error call.step.failed");
    expect(rig.queue.call.state.kind).toBe("ended");
    expect(rig.done).toContain("write-log");
  });

  it("says which event nobody listens to", async () => {
    const rig = createRig();
    const unheard: string[] = [];
    rig.queue.work(
      async () => ({ type: "provisional" }),
      () => unheard.push("provisional"),
    );
    rig.queue.work(
      async () => ({ type: "dial" }),
      () => unheard.push("dial"),
    );
    await rig.told();
    expect(unheard).toEqual(["provisional"]);
  });

  it("bounds what the other side may cause, and never drops the user's word", async () => {
    const gate = Promise.withResolvers<void>();
    const rig = createRig(({ do: what }) => (what === "resolve-target" ? gate.promise : undefined));
    rig.queue.tell({ type: "dial" });
    for (let more = 0; more < 1_000; more += 1) rig.queue.work(async () => ({ type: "provisional" }));
    rig.queue.tell({ type: "hang-up" });
    gate.resolve();
    await expect.poll(() => rig.queue.call.state.kind).toBe("ended");
    expect(rig.lines.filter(line => line === "info call.step").length).toBeLessThan(300);
    expect(rig.lines).toContain("warn call.queue.full");
  });

  it("hears nothing any more when the phone ends", async () => {
    const rig = createRig();
    rig.queue.stop();
    rig.queue.tell({ type: "dial" });
    await Promise.resolve();
    expect(rig.done).toEqual([]);
  });
});
