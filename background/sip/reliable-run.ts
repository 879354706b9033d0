import type { SipRequest, SipResponse } from "../../protocol/sip/message.ts";
import {
  openReliableProvisional,
  type ReliableEvent,
  type ReliableProvisional,
  type ReliableTimer,
  stepReliableProvisional,
} from "../../protocol/sip/reliable-provisional.ts";
import type { Clock } from "../base/clock.ts";
import { createNamedTimers, type NamedTimers } from "../base/named-timers.ts";

export interface ReliableUser {
  send(response: SipResponse): void;
  /** The PRACK that was waited for, or one that fits nothing. */
  pracked(prack: SipRequest): void;
  refused(prack: SipRequest): void;
  /** 64·T1 without a PRACK. */
  missing(): void;
}

export interface ReliableParts {
  readonly invite: SipRequest;
  readonly clock: Clock;
  /** A fresh number in [0, 1), which the first RSeq is drawn by (RFC 3262 §3). */
  readonly fraction: number;
}

/** Our reliable provisional responses to one INVITE (RFC 3262) on real timers. */
export class ReliableRun {
  readonly #user: ReliableUser;
  readonly #timers: NamedTimers<ReliableTimer>;
  #state: ReliableProvisional;

  constructor({ invite, clock, fraction }: ReliableParts, user: ReliableUser) {
    this.#user = user;
    this.#timers = createNamedTimers(clock, timer => this.step({ type: "timer", timer }));
    this.#state = openReliableProvisional(invite, 1 + Math.floor(fraction * (2 ** 31 - 2)));
  }

  step(event: ReliableEvent): void {
    const [state, effects] = stepReliableProvisional(this.#state, event);
    this.#state = state;
    for (const effect of effects) {
      if (effect.do === "send") this.#user.send(effect.response);
      else if (effect.do === "accept") this.#user.pracked(effect.request);
      else if (effect.do === "refuse") this.#user.refused(effect.request);
      else if (effect.do === "fail") this.#user.missing();
      else this.#timers.carryOut(effect);
    }
  }

  close(): void {
    this.#timers.stopAll();
  }
}
