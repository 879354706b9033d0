import { useEffect, useState } from "preact/hooks";
import { errorInWords } from "../../ui/words.ts";

/** What was asked for; the former answer stays while the next is on its way. */
export interface Asked<T> {
  readonly value: T | undefined;
  readonly isLooking: boolean;
  /** Why there is no answer; empty while all is well. */
  readonly said: string;
  readonly again: () => void;
}

/** Asks again every so often while it is wished. */
export function useRetry(again: () => void, isWished: boolean): void {
  useEffect(() => {
    if (!isWished) return;
    const timer = setTimeout(again, retryMs);
    return () => clearTimeout(timer);
  });
}

const retryMs = 3_000;

/** Whether it has been so for longer than people take for an instant. */
export function useLong(isSo: boolean): boolean {
  const [isLong, show] = useState(false);
  useEffect(() => {
    show(false);
    if (!isSo) return;
    const timer = setTimeout(() => show(true), longMs);
    return () => clearTimeout(timer);
  }, [isSo]);
  return isSo && isLong;
}

const longMs = 1_000;

/** Asks at once, and again whenever one of `causes` changes; only the last answer counts. */
export function useAsk<T>(ask: () => Promise<T>, causes: readonly unknown[]): Asked<T> {
  const [asked, show] = useState<Omit<Asked<T>, "again">>({ value: undefined, isLooking: true, said: "" });
  const [tries, tryAgain] = useState(0);
  useEffect(() => {
    let isLast = true;
    show(before => ({ ...before, isLooking: true }));
    ask().then(
      value => isLast && show({ value, isLooking: false, said: "" }),
      (error: unknown) =>
        isLast && show(before => ({ ...before, isLooking: false, said: errorInWords(error) })),
    );
    return () => {
      isLast = false;
    };
  }, [...causes, tries]);
  return { ...asked, again: () => tryAgain(tries + 1) };
}
