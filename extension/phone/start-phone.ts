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

/** The phone: in Chrome within the offscreen document, in Firefox within the background page. */
export function startPhone({ bus, log, failed, signal }: PhoneParts): void {
  const updates = waitForUpdates({ bus, failed, signal });
  const begin = () => {
    const end = new AbortController();
    startSession({
      ...{ bus, log, failed, updates },
      signal: AbortSignal.any([signal, end.signal]),
      signedOut() {
        // After the answer to who signed out has left.
        setTimeout(() => {
          end.abort();
          begin();
        });
      },
    }).catch((error: unknown) => failed("session", error));
  };
  begin();
}
