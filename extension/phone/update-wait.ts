import type { Bus } from "../../background/bus/bus.ts";
import type { PhoneKit } from "../../background/phone/kit.ts";
import { isOver } from "../../protocol/call/call.ts";

export interface UpdateWait {
  readonly bus: Bus;
  readonly failed: (name: string, error: unknown) => void;
  readonly signal: AbortSignal;
}

export interface Updates {
  /** Calls of a line that no update may end. */
  spare(calls: PhoneKit["calls"], signal: AbortSignal): void;
}

/** How a call ended is said, written down and read before everything of the extension closes. */
const afterCallMs = 5_000;

/**
 * A new version restarts the extension: it waits until no call is on. Where nobody is signed in, and where the
 * database does not open, it waits for nothing: it may be what helps.
 */
export function waitForUpdates({ bus, failed, signal }: UpdateWait): Updates {
  const lines = new Set<PhoneKit["calls"]>();
  let isWaiting = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const isCalling = () => [...lines].some(calls => calls.list().some(({ call }) => !isOver(call.state)));
  const apply = () => {
    if (signal.aborted || isCalling()) return;
    isWaiting = false;
    bus.ask("worker.update.apply", null).catch((error: unknown) => failed("update", error));
  };
  const soon = () => {
    clearTimeout(timer);
    if (isWaiting) timer = setTimeout(apply, afterCallMs);
  };
  bus.listen(
    "worker.update.waiting",
    () => {
      isWaiting = true;
      soon();
    },
    signal,
  );
  return {
    spare(calls, ends) {
      lines.add(calls);
      calls.watch(soon, ends);
      ends.addEventListener(
        "abort",
        () => {
          lines.delete(calls);
          soon();
        },
        { once: true },
      );
    },
  };
}
