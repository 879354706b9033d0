import { createResponse } from "./create-response.ts";
import { glareWait, openAsCallee, openAsCaller, stepDialog } from "./dialog.ts";
import { type DialogForks, type ForkEffect, type ForkEvent, openForks, stepForks } from "./dialog-forks.ts";
import { dialogKey, keyOfPeer } from "./dialog-peer.ts";
import type { Dialog, DialogEnd, DialogEvent } from "./dialog-state.ts";
import { prependHeader } from "./edit-message.ts";
import { cseq, toTag } from "./fields.ts";
import type { SipRequest, SipResponse } from "./message.ts";
import { line, sampleRequest } from "./samples.suite.ts";
import { createLayer, ignore, type Layer, type World } from "./simulation-layer.suite.ts";

/** The dialogs of one user agent. */
function createDialogs(
  world: World,
  host: string,
  on: {
    deliver(request: SipRequest, key: string): void;
    end(why: DialogEnd, key: string): void;
  },
) {
  const dialogs = new Map<string, Dialog>();
  const timers = new Map<string, () => void>();
  const vias = new WeakMap<SipRequest, SipRequest>();
  /** Dialogs that want to change their session, and have no answer yet. */
  const asking = new Set<string>();
  const changes = { wanted: 0, accepted: 0, met: 0 };
  let count = 0;
  let layer: Layer | undefined;

  return {
    get live() {
      return dialogs.size + timers.size;
    },
    has: (key: string) => dialogs.has(key),
    nameOf: (key: string) => dialogs.get(key)?.name,
    attach(attached: Layer) {
      layer = attached;
    },
    add(key: string, dialog: Dialog) {
      dialogs.set(key, dialog);
    },
    drop: forget,
    step,
    changes,
    /** Changes the session by a re-INVITE, and again until it is taken (RFC 3261 §14.1). */
    change(key: string) {
      if (dialogs.get(key)?.name !== "confirmed" || asking.has(key)) return;
      changes.wanted += 1;
      asking.add(key);
      step(key, { type: "send", method: "INVITE", content: {} });
    },
  };

  function step(key: string, event: DialogEvent): void {
    const dialog = dialogs.get(key);
    if (dialog === undefined) return;
    const [next, effects] = stepDialog(dialog, event);
    dialogs.set(key, next);
    for (const effect of effects) {
      switch (effect.do) {
        case "request":
          request(key, withVia(effect.request));
          break;
        case "ack":
          world.send(host, "proxy", withVia(effect.request));
          break;
        case "withdraw":
          layer?.cancel(withVia(effect.request), []);
          break;
        case "respond":
          layer?.respond(effect.request, effect.response);
          break;
        case "deliver":
          on.deliver(effect.request, key);
          break;
        case "end":
          on.end(effect.why, key);
          break;
        case "start-timer": {
          const { timer } = effect;
          timers.get(`${key} ${timer}`)?.();
          timers.set(
            `${key} ${timer}`,
            world.clock.after(effect.ms, () => {
              timers.delete(`${key} ${timer}`);
              step(key, { type: "timer", timer });
            }),
          );
          break;
        }
        case "stop-timer":
          timers.get(`${key} ${effect.timer}`)?.();
          timers.delete(`${key} ${effect.timer}`);
          break;
        case "answer":
          answered(key, effect.response);
          break;
        case "decline":
          if (effect.method === "INVITE") again(key, 500);
          break;
        case "fail":
          break;
      }
    }
    if (next.name === "terminated") forget(key);
  }

  /** What became of a change. */
  function answered(key: string, { status, ...response }: SipResponse): void {
    const dialog = dialogs.get(key);
    if (status < 200 || !asking.has(key) || dialog?.name !== "confirmed") return;
    if (cseq({ status, ...response }).method !== "INVITE") return;
    if (status >= 300) {
      changes.met += 1;
      again(key, glareWait(dialog.peer.ownsCallId, (count % 97) / 97));
      return;
    }
    asking.delete(key);
    changes.accepted += 1;
    step(key, { type: "ack", content: {} });
  }

  function again(key: string, ms: number): void {
    world.clock.after(ms, () => {
      if (dialogs.get(key)?.name === "confirmed") step(key, { type: "send", method: "INVITE", content: {} });
    });
  }

  function request(key: string, sent: SipRequest): void {
    layer?.open(sent, "proxy", {
      onResponse: response => step(key, { type: "response", response }),
      onFail: why => step(key, { type: "fail", method: sent.method, why }),
      onClosed: ignore,
    });
  }

  /** The same request again goes out with the same Via. */
  function withVia(message: SipRequest): SipRequest {
    const known = vias.get(message);
    if (known) return known;
    const sent = prependHeader(message, "Via", `SIP/2.0/WS ${host}.invalid;branch=z9hG4bK${host}${count++}`);
    vias.set(message, sent);
    return sent;
  }

  function forget(key: string): void {
    dialogs.delete(key);
  }
}

export interface CallerPlan {
  readonly cancelAfter: number | undefined;
  /** After the answer. */
  readonly hangUpAfter: number;
  /** When the session is changed, after the answer. */
  readonly changesAfter: readonly number[];
}

export type CallerOutcome = "answered" | "refused" | "failed";

/** Alice: one call to Bob, its forked dialogs, and its end. */
export function createCaller(world: World, plan: CallerPlan) {
  const contact = "<sip:alice@alice.invalid>";
  const invite = sampleRequest({
    uri: "sip:bob@a.example",
    to: "<sip:bob@a.example>",
    headers: [["Contact", contact]],
    branch: "z9hG4bKalice-invite",
  });
  const outcomes: CallerOutcome[] = [];
  const ends: DialogEnd[] = [];
  const connected: string[] = [];
  let finals = 0;
  const dialogs = createDialogs(world, "alice", {
    deliver(request, key) {
      dialogs.step(key, { type: "respond", request, answer: { status: 200 } });
    },
    end: why => void ends.push(why),
  });
  const layer = createLayer(world, "alice", {
    trying: "transaction",
    user: {
      onRequest(request) {
        const key = dialogKey(request);
        if (dialogs.has(key)) dialogs.step(key, { type: "request", request });
        else if (request.method !== "ACK")
          layer.respond(request, createResponse(request, 481, { toTag: "x" }));
      },
      onCancel: ignore,
    },
  });
  dialogs.attach(layer);
  let forks: DialogForks = openForks();
  let forkTimer: (() => void) | undefined;

  function stepFork(event: ForkEvent): void {
    const [next, effects] = stepForks(forks, event);
    const wasRinging = forks.name === "ringing";
    forks = next;
    for (const effect of effects) applyFork(effect);
    if (wasRinging && forks.name === "answered") answered(forks.answered[0] ?? "");
  }

  function applyFork(effect: ForkEffect): void {
    if (effect.do === "start-timer") {
      forkTimer = world.clock.after(effect.ms, () => {
        forkTimer = undefined;
        stepFork({ type: "timer", timer: "forks" });
      });
    } else if (effect.do === "open") {
      const dialog = openAsCaller(invite, effect.response, contact);
      if (dialog && "peer" in dialog) dialogs.add(keyOfPeer(dialog.peer), dialog);
    } else if (effect.do === "pass")
      dialogs.step(keyOf(effect.tag), { type: "response", response: effect.response });
    else if (effect.do === "release") dialogs.step(keyOf(effect.tag), { type: "bye", headers: [] });
    else if (effect.do === "drop") dialogs.drop(keyOf(effect.tag));
  }

  function answered(tag: string): void {
    outcomes.push("answered");
    connected.push(tag);
    dialogs.step(keyOf(tag), { type: "ack", content: { body: "answer" } });
    world.clock.after(plan.hangUpAfter, () => dialogs.step(keyOf(tag), { type: "bye", headers: [] }));
    for (const ms of plan.changesAfter) world.clock.after(ms, () => dialogs.change(keyOf(tag)));
  }

  const keyOf = (tag: string) => `call-1@alice.invalid alice ${tag}`;

  return {
    layer,
    outcomes,
    ends,
    connected,
    changes: dialogs.changes,
    get finals() {
      return finals;
    },
    get live() {
      return layer.live + dialogs.live + (forkTimer === undefined ? 0 : 1);
    },
    call() {
      layer.open(invite, "proxy", {
        onResponse(response) {
          if (response.status >= 300) {
            finals += 1;
            outcomes.push("refused");
          }
          stepFork({ type: "response", response });
        },
        onFail() {
          outcomes.push("failed");
          stepFork({ type: "fail" });
        },
        onClosed: ignore,
      });
      // Nobody listens to ringing for ever.
      for (const ms of [plan.cancelAfter, 300_000]) {
        if (ms !== undefined)
          world.clock.after(ms, () => layer.cancel(invite, [line("Reason", "SIP;cause=487")]));
      }
    },
  };
}

export interface DevicePlan {
  readonly ringsAfter: number;
  readonly does: "answer" | "busy" | "decline" | "nothing";
  readonly after: number;
  readonly hangUpAfter: number | undefined;
  readonly changesAfter: readonly number[];
}

/** One of Bob's devices. */
export function createDevice(world: World, host: string, plan: DevicePlan) {
  const ends: DialogEnd[] = [];
  const reasons: string[] = [];
  let confirmed = false;
  const invites = new Map<SipRequest, string>();
  const dialogs = createDialogs(world, host, {
    deliver(request, key) {
      if (request.method !== "ACK") {
        dialogs.step(key, { type: "respond", request, answer: { status: 200 } });
        return;
      }
      if (confirmed) return;
      confirmed = true;
      for (const ms of plan.changesAfter) world.clock.after(ms, () => dialogs.change(key));
      if (plan.hangUpAfter !== undefined) {
        world.clock.after(plan.hangUpAfter, () => dialogs.step(key, { type: "bye", headers: [] }));
      }
    },
    end: why => void ends.push(why),
  });
  const layer = createLayer(world, host, {
    trying: "transaction",
    user: {
      onRequest(request) {
        const key = dialogKey(request);
        if (dialogs.has(key)) dialogs.step(key, { type: "request", request });
        else if (request.method === "INVITE" && toTag(request) === undefined) ring(request);
        else if (request.method !== "ACK")
          layer.respond(request, createResponse(request, 481, { toTag: "x" }));
      },
      onCancel(invite, headers) {
        reasons.push(...headers.map(({ value }) => value));
        dialogs.step(invites.get(invite) ?? "", { type: "cancelled" });
      },
    },
  });
  dialogs.attach(layer);

  function ring(invite: SipRequest): void {
    const dialog = openAsCallee(invite, { tag: host, contact: `<sip:${host}@${host}.invalid>` });
    if (dialog === undefined || !("peer" in dialog)) throw new Error("an INVITE without a Contact");
    const key = keyOfPeer(dialog.peer);
    dialogs.add(key, dialog);
    invites.set(invite, key);
    const say = (status: number) =>
      dialogs.step(key, { type: "respond", request: invite, answer: { status } });
    world.clock.after(plan.ringsAfter, () => say(180));
    const status = { answer: 200, busy: 486, decline: 603, nothing: 0 }[plan.does];
    if (status > 0) world.clock.after(plan.ringsAfter + plan.after, () => isRinging(key) && say(status));
    // The CANCEL may have been lost, or have come before its INVITE: a telephone stops ringing by itself.
    world.clock.after(200_000, () => isRinging(key) && say(480));
  }

  /** What a person does: nobody answers a telephone that has stopped ringing. */
  function isRinging(key: string): boolean {
    return dialogs.nameOf(key) === "early-callee";
  }

  return {
    host,
    layer,
    ends,
    reasons,
    changes: dialogs.changes,
    get confirmed() {
      return confirmed;
    },
    get live() {
      return layer.live + dialogs.live;
    },
  };
}
