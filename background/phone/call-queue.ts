import type { Call } from "../../protocol/call/call.ts";
import type { CallEffect } from "../../protocol/call/call-effect.ts";
import type { CallEvent } from "../../protocol/call/call-event.ts";
import { transition } from "../../protocol/call/call-machine.ts";
import { heardIn } from "../../protocol/call/heard-in.ts";
import type { Log } from "../base/log.ts";

/** Work that leads to an event of the call, or to none. */
export type Job = () => Promise<CallEvent | undefined>;

export interface CallQueueOptions {
  readonly log: Log;
  perform(effect: CallEffect): Promise<void> | void;
  changed(call: Call, event: CallEvent): void;
}

/** More than any honest call has to hear at once: what comes beyond is a flood of the other side's. */
const mostWaiting = 256;

/**
 * One call, one queue: event, machine, effects, one log line. Effects that take time (a signature, a seal) end before
 * the next event begins, so that what is sent is in the order in which it was decided.
 */
export class CallQueue {
  readonly #options: CallQueueOptions;
  readonly #waiting: { readonly job: Job; readonly unheard: (() => void) | undefined }[] = [];
  #call: Call;
  #isRunning = false;
  #isStopped = false;

  constructor(call: Call, options: CallQueueOptions) {
    this.#call = call;
    this.#options = options;
  }

  get call(): Call {
    return this.#call;
  }

  /** What the user, a timer or a part of this phone says. Never dropped. */
  tell(event: CallEvent): void {
    this.#push(() => Promise.resolve(event));
  }

  /**
   * What the other side causes, up to a bound.
   *
   * @param unheard told when the call's state does not listen to the event that comes of it
   */
  work(job: Job, unheard?: () => void): void {
    if (this.#waiting.length >= mostWaiting) {
      this.#options.log.warn("call.queue.full", { waiting: this.#waiting.length });
      return;
    }
    this.#push(job, unheard);
  }

  /** The phone ends: nothing more is heard. */
  stop(): void {
    this.#isStopped = true;
    this.#waiting.length = 0;
  }

  #push(job: Job, unheard?: () => void): void {
    if (this.#isStopped) return;
    this.#waiting.push({ job, unheard });
    if (!this.#isRunning) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      try {
        const event = await next.job();
        if (event !== undefined && !(await this.#hear(event))) next.unheard?.();
      } catch (error) {
        // The loop of this call is where failures end: the call goes on, or is ended by its timers.
        this.#options.log.failed("call.step.failed", error, { state: this.#call.state.kind });
      }
    }
    this.#isRunning = false;
  }

  async #hear(event: CallEvent): Promise<boolean> {
    const before = this.#call;
    const listening: readonly string[] = heardIn[event.type];
    const [after, effects] = transition(before, event);
    this.#call = after;
    this.#options.log.info("call.step", {
      event: event.type,
      from: before.state.kind,
      to: after.state.kind,
      effects: effects.map(effect => effect.do).join(" "),
    });
    if (after !== before) this.#options.changed(after, event);
    for (const effect of effects) await this.#perform(effect);
    return listening.includes(before.state.kind);
  }

  /** One effect that fails does not take the others with it: silence and hang-up come after most. */
  async #perform(effect: CallEffect): Promise<void> {
    try {
      await this.#options.perform(effect);
    } catch (error) {
      this.#options.log.failed("call.effect.failed", error, { effect: effect.do });
    }
  }
}
