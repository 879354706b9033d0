import type { TimerEffect } from "../../protocol/machine.ts";

/** The timers of one machine by their names: starting one that runs starts it anew. */
export class NamedTimers<Name extends string> {
  readonly #running = new Map<Name, NodeJS.Timeout>();
  readonly #fire: (name: Name) => void;

  constructor(fire: (name: Name) => void) {
    this.#fire = fire;
  }

  carryOut(effect: TimerEffect<Name>): void {
    const { timer } = effect;
    clearTimeout(this.#running.get(timer));
    this.#running.delete(timer);
    if (effect.do === "start-timer") {
      this.#running.set(
        timer,
        setTimeout(() => {
          this.#running.delete(timer);
          this.#fire(timer);
        }, effect.ms),
      );
    }
  }

  stopAll(): void {
    for (const timeout of this.#running.values()) clearTimeout(timeout);
    this.#running.clear();
  }
}
