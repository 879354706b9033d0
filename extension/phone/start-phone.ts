import type { Log } from "../../background/base/log.ts";
import type { Bus } from "../../background/bus/bus.ts";
import { startSession } from "./session.ts";
import { waitForUpdates } from "./update-wait.ts";

export interface PhoneParts {
  readonly bus: Bus;
  readonly log: Log;
  readonly failed: (name: string, error: unknown) => void;
  readonly signal: AbortSignal;
}

/** What keeps a database from opening is a full disk, or another window: either may pass with nobody looking. */
const reopenMs = 60_000;

/** The phone: in Chrome within the offscreen document, in Firefox within the background page. */
export function startPhone({ bus, log, failed, signal }: PhoneParts): void {
  const updates = waitForUpdates({ bus, failed, signal });
  const begin = () => {
    const end = new AbortController();
    const ends = AbortSignal.any([signal, end.signal]);
    startSession({
      ...{ bus, log, failed, updates },
      signal: ends,
      signedOut() {
        // After the answer to who signed out has left.
        setTimeout(() => {
          end.abort();
          begin();
        });
      },
    }).catch((error: unknown) => {
      if (ends.aborted) return;
      failed("session", error);
      end.abort();
      beginLater({ bus, begin, signal });
    });
  };
  begin();
}

interface Later extends Pick<PhoneParts, "bus" | "signal"> {
  readonly begin: () => void;
}

/** The database did not open. It is tried again for the next who looks, and by itself after some time. */
function beginLater({ bus, begin, signal }: Later): void {
  const waited = new AbortController();
  const again = () => {
    clearTimeout(timer);
    waited.abort();
    begin();
  };
  const timer = setTimeout(() => signal.aborted || again(), reopenMs);
  bus.answer(
    "phone.snapshot.read",
    () => {
      again();
      return bus.ask("phone.snapshot.read", null);
    },
    AbortSignal.any([signal, waited.signal]),
  );
}
