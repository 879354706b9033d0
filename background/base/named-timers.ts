import type { TimerEffect } from "../../protocol/machine.ts";
import type { Clock } from "./clock.ts";

/** The timers of one machine, each known by its name: starting one that runs starts it anew. */
export interface NamedTimers<Name extends string> {
  carryOut(effect: TimerEffect<Name>): void;
  stopAll(): void;
  readonly size: number;
}

export function createNamedTimers<Name extends string>(
  clock: Clock,
  fire: (name: Name) => void,
): NamedTimers<Name> {
  const running = new Map<Name, () => void>();
  const stop = (name: Name) => {
    running.get(name)?.();
    running.delete(name);
  };
  return {
    carryOut(effect) {
      stop(effect.timer);
      if (effect.do === "stop-timer") return;
      const { timer, ms } = effect;
      running.set(
        timer,
        clock.after(ms, () => {
          running.delete(timer);
          fire(timer);
        }),
      );
    },
    stopAll() {
      for (const name of [...running.keys()]) stop(name);
    },
    get size() {
      return running.size;
    },
  };
}
