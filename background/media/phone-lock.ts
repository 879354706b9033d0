import type { CallId } from "../../protocol/ids.ts";

/**
 * As long as the phone has a call's media it holds a lock of this origin. A lock goes with whoever holds it, however
 * that ended: by it a window learns that its phone is gone, which can tell nobody any more.
 */
export function holdPhoneLock(call: CallId, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const untilOver = () => {
    resolve();
    return new Promise<void>(release => {
      if (signal.aborted) release();
      signal.addEventListener("abort", () => release(), { once: true });
    });
  };
  navigator.locks.request(nameOf(call), untilOver).catch(reject);
  return promise;
}

/** Resolves when the phone is gone, or has no more to do with the call. Never where the signal aborts first. */
export function awaitPhoneLock(call: CallId, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(nameOf(call), { mode: "shared", signal }, () => resolve())
      .catch((error: unknown) => signal.aborted || reject(error));
  });
}

function nameOf(call: CallId): string {
  return `etherlynk.phone.${call}`;
}
