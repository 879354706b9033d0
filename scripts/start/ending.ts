/**
 * Aborts when somebody asks this process to end. Ctrl-C reaches it twice, from the terminal and from the npm command
 * in front of it: what comes after the first is heard and ignored, else it would end in the middle of closing.
 */
export function hearEnding(): AbortSignal {
  const ending = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => ending.abort(new EndingError()));
  }
  return ending.signal;
}

/** Rejects when it is time to end. */
export function untilEnding(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = () => reject(signal.reason);
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });
}

/** Not a failure: a person asked. */
export class EndingError extends Error {
  constructor() {
    super("It was told to end.");
  }
}
