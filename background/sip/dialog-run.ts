import type { CallEvent } from "../../protocol/call/call-event.ts";
import { toReason } from "../../protocol/call/end-reason.ts";
import type { DialogTag } from "../../protocol/ids.ts";
import { stepDialog } from "../../protocol/sip/dialog.ts";
import type {
  Dialog,
  DialogEffect,
  DialogEnd,
  DialogEvent,
  DialogTimer,
} from "../../protocol/sip/dialog-state.ts";
import { headerValues } from "../../protocol/sip/fields.ts";
import type { SipRequest, SipResponse } from "../../protocol/sip/message.ts";
import type { Clock } from "../base/clock.ts";
import { createNamedTimers, type NamedTimers } from "../base/named-timers.ts";
import type { RequestUser } from "./transactions.ts";

/** The wire below dialogs, as the user agent has it. */
export interface DialogWire {
  /** Opens a transaction, gives what takes an INVITE back. A BYE waits for a connection a while. */
  open(request: SipRequest, user: RequestUser): () => void;
  acknowledge(ack: SipRequest): void;
  respond(request: SipRequest, response: SipResponse): void;
}

/** What becomes of messages of one dialog that are not the dialog's own. */
export interface DialogUser {
  /** To be answered by `step({ type: "respond" })`; an ACK is not. */
  request(request: SipRequest): void;
  /** The initial INVITE's on the caller's side, or of a request inside the dialog. */
  answered(response: SipResponse): void;
  failed(method: string, status: 408 | 503): void;
  /** Cannot be sent in this state of the dialog. */
  declined(method: string): void;
  tell(event: CallEvent): void;
}

export interface DialogRunOptions {
  readonly tag: DialogTag;
  readonly clock: Clock;
  readonly wire: DialogWire;
  readonly user: DialogUser;
}

/** One dialog on real timers: the machine of `protocol/sip/dialog.ts`, its ends told to the call. */
export class DialogRun {
  readonly #options: DialogRunOptions;
  readonly #timers: NamedTimers<DialogTimer>;
  #dialog: Dialog;
  #withdraw: (() => void) | undefined;

  constructor(dialog: Dialog, options: DialogRunOptions) {
    this.#dialog = dialog;
    this.#options = options;
    this.#timers = createNamedTimers(options.clock, timer => this.step({ type: "timer", timer }));
  }

  get state(): Dialog["name"] {
    return this.#dialog.name;
  }

  /** The number of the next request of ours. */
  get nextSeq(): number {
    return "peer" in this.#dialog ? this.#dialog.peer.localSeq + 1 : 0;
  }

  step(event: DialogEvent): void {
    const before = this.#dialog.name;
    const [next, effects] = stepDialog(this.#dialog, event);
    this.#dialog = next;
    const reasons =
      event.type === "request" && event.request.method === "BYE" ? headerValues(event.request, "reason") : [];
    for (const effect of effects) this.#carryOut(effect, reasons);
    if (this.#dialog.name !== "terminated" || before === "terminated") return;
    this.#timers.stopAll();
    if (before === "leaving") this.#options.user.tell({ type: "bye-answered", tag: this.#options.tag });
  }

  close(): void {
    this.#timers.stopAll();
  }

  #carryOut(effect: DialogEffect, reasons: readonly string[]): void {
    const { wire, user } = this.#options;
    switch (effect.do) {
      case "request":
        this.#open(effect.request);
        return;
      case "withdraw":
        this.#withdraw?.();
        return;
      case "ack":
        wire.acknowledge(effect.request);
        return;
      case "respond":
        wire.respond(effect.request, effect.response);
        return;
      case "deliver":
        user.request(effect.request);
        return;
      case "answer":
        user.answered(effect.response);
        return;
      case "fail":
        return;
      case "decline":
        user.declined(effect.method);
        return;
      case "end":
        this.#end(effect.why, reasons);
        return;
      case "start-timer":
      case "stop-timer":
        this.#timers.carryOut(effect);
        return;
    }
  }

  #open(request: SipRequest): void {
    const { wire, user } = this.#options;
    const { method } = request;
    const withdraw = wire.open(request, {
      response: response => this.step({ type: "response", response }),
      fail: why => {
        // Told before the dialog hears of it: a timeout ends it.
        user.failed(method, why === "timeout" ? 408 : 503);
        this.step({ type: "fail", method, why });
      },
    });
    if (method === "INVITE") this.#withdraw = withdraw;
  }

  #end(why: DialogEnd, reasons: readonly string[]): void {
    const { tag, user } = this.#options;
    if (why === "bye") user.tell({ type: "peer-hung-up", tag, reasons });
    // Nobody is there any more (§12.2.1.2): the same to the call as a BYE that says so.
    if (why === "lost") user.tell({ type: "peer-hung-up", tag, reasons: [toReason("network-lost") ?? ""] });
    if (why === "no-ack") user.tell({ type: "ack-missing" });
  }
}
