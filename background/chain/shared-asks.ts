/** Questions that are under way: who asks the same meanwhile waits for the same answer. */
export interface SharedAsks<Answer> {
  /**
   * The answer to `key`, which `run` finds unless it is being looked for already. Who stops waiting leaves the others
   * their answer; when nobody waits any more, it is given up.
   */
  ask(key: string, asking: SharedAsking<Answer>): Promise<Answer>;
}

export interface SharedAsking<Answer> {
  readonly signal: AbortSignal;
  /** What began before this moment is not good enough; whoever asks after it shares it. */
  readonly isAnew: boolean;
  run(signal: AbortSignal): Promise<Answer>;
}

interface UnderWay<Answer> {
  readonly answer: Promise<Answer>;
  readonly life: AbortController;
  waiting: number;
}

export function createSharedAsks<Answer>(): SharedAsks<Answer> {
  const underWay = new Map<string, UnderWay<Answer>>();

  function begin(key: string, run: SharedAsking<Answer>["run"]): UnderWay<Answer> {
    const life = new AbortController();
    const answer = run(life.signal).finally(() => forget(key, it));
    // Everybody may have stopped waiting for it.
    answer.catch(() => undefined);
    const it: UnderWay<Answer> = { answer, life, waiting: 0 };
    underWay.set(key, it);
    return it;
  }

  /** A newer one may have taken its place. */
  function forget(key: string, it: UnderWay<Answer>): void {
    if (underWay.get(key) === it) underWay.delete(key);
  }

  return {
    async ask(key, { signal, isAnew, run }) {
      signal.throwIfAborted();
      const it = (isAnew ? undefined : underWay.get(key)) ?? begin(key, run);
      it.waiting += 1;
      try {
        return await untilAborted(it.answer, signal);
      } finally {
        it.waiting -= 1;
        if (it.waiting === 0) {
          forget(key, it);
          it.life.abort();
        }
      }
    },
  };
}

async function untilAborted<Answer>(answer: Promise<Answer>, signal: AbortSignal): Promise<Answer> {
  const { promise, reject } = Promise.withResolvers<never>();
  const left = () => reject(signal.reason);
  signal.addEventListener("abort", left, { once: true });
  try {
    return await Promise.race([answer, promise]);
  } finally {
    signal.removeEventListener("abort", left);
  }
}
