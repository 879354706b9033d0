import { stepDialog } from "../../protocol/sip/dialog.ts";
import { keyOfPeer } from "../../protocol/sip/dialog-peer.ts";
import type {
  Answer,
  Dialog,
  DialogEffect,
  DialogEvent,
  DialogTimer,
} from "../../protocol/sip/dialog-state.ts";
import type { SipRequest, SipResponse } from "../../protocol/sip/message.ts";
import type { ServerRun } from "../sip/server-transactions.ts";
import type { Timed, Timer, TimerWheel } from "../sip/timer-wheel.ts";
import type { BridgeAgent } from "./bridge-agent.ts";

/** Whose dialog it is. */
export interface DialogUser {
  /** A request within the dialog, to be answered by `respond`. */
  onRequest(request: SipRequest): void;
  /** The other end hung up, or is lost. Not called for an end that came from this side. */
  onEnd(): void;
}

export interface DialogRunConfig {
  readonly agent: BridgeAgent;
  readonly wheel: TimerWheel;
  /** The dialog is over, and its key is free. */
  onClosed(run: DialogRun): void;
}

/** The machine of `protocol/sip/dialog.ts` on transactions and timers. */
export class DialogRun implements Timed {
  readonly key: string;
  readonly #config: DialogRunConfig;
  readonly #user: DialogUser;
  #state: Dialog;
  /** Through which what is answered came. */
  readonly #servers = new WeakMap<SipRequest, ServerRun>();
  readonly #timers = new Map<DialogTimer, Timer>();

  constructor(config: DialogRunConfig, state: Dialog, user: DialogUser) {
    this.key = state.name === "terminated" ? "" : keyOfPeer(state.peer);
    this.#config = config;
    this.#state = state;
    this.#user = user;
  }

  receive(request: SipRequest, server: ServerRun): void {
    this.#servers.set(request, server);
    this.tell({ type: "request", request });
  }

  /** The INVITE that made this dialog, and what came for it. */
  adopt(invite: SipRequest, server: ServerRun): void {
    this.#servers.set(invite, server);
    const withdraw = () => this.tell({ type: "cancelled" });
    server.user = { onCancel: withdraw, onLost: withdraw };
  }

  respond(request: SipRequest, answer: Answer): void {
    this.tell({ type: "respond", request, answer });
  }

  hangUp(): void {
    this.tell({ type: "bye", headers: [] });
  }

  tell(event: DialogEvent): void {
    if (this.#state.name === "terminated") return;
    const [state, effects] = stepDialog(this.#state, event);
    this.#state = state;
    for (const effect of effects) this.#carryOut(effect);
    if (state.name === "terminated") this.#close();
  }

  onTimer(name: string): void {
    this.#timers.delete(name as DialogTimer);
    this.tell({ type: "timer", timer: name as DialogTimer });
  }

  #carryOut(effect: DialogEffect): void {
    switch (effect.do) {
      case "request":
        this.#request(effect.request);
        break;
      case "ack":
        this.#config.agent.ack(effect.request);
        break;
      case "respond":
        this.#servers.get(effect.request)?.respond(effect.response);
        break;
      case "deliver":
        if (effect.request.method !== "ACK") this.#user.onRequest(effect.request);
        break;
      case "end":
        if (effect.why !== "hang-up" && effect.why !== "refused") this.#user.onEnd();
        break;
      case "start-timer":
        this.#stop(effect.timer);
        this.#timers.set(effect.timer, this.#config.wheel.start(effect.ms, this, effect.timer));
        break;
      case "stop-timer":
        this.#stop(effect.timer);
        break;
      case "answer":
      case "fail":
      case "decline":
        // Of INFO and BYE, the only requests the bridge sends in a dialog: nobody waits to hear of it.
        break;
    }
  }

  #request(request: SipRequest): void {
    const { method } = request;
    this.#config.agent.request(request, {
      onResponse: (response: SipResponse) => this.tell({ type: "response", response }),
      onFail: why => this.tell({ type: "fail", method, why }),
      onClosed: () => undefined,
    });
  }

  #stop(timer: DialogTimer): void {
    const running = this.#timers.get(timer);
    if (running !== undefined) this.#config.wheel.stop(running);
    this.#timers.delete(timer);
  }

  #close(): void {
    for (const timer of [...this.#timers.keys()]) this.#stop(timer);
    this.#config.onClosed(this);
  }
}
