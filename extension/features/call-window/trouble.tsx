import type { JSX } from "preact";
import type { CallProps } from "./panel.tsx";

/** Nobody hears you: why, and the way out; also where the call has ended for it. */
export function Trouble({ call, media, bus, run, snapshot }: CallProps): JSX.Element | null {
  const trouble = media?.sources.trouble;
  if (!media || !trouble) return null;
  const deviceId = snapshot.preferences.devices.microphone;
  // The chosen one first; where that is the trouble, whatever the browser has.
  const again = () =>
    run(() => media.sources.chooseMicrophone(trouble.trouble === "denied" && deviceId ? { deviceId } : {}));
  return (
    <div class="trouble" role="alert">
      <p>{trouble.message}</p>
      <div class="row ends">
        {trouble.trouble === "denied" && (
          <button
            type="button"
            class="button quiet"
            onClick={() => run(() => bus.ask("worker.window.open", { page: "welcome" }))}
          >
            Show me how
          </button>
        )}
        {call.stage !== "ended" && (
          <button type="button" class="button quiet" onClick={again}>
            Try again
          </button>
        )}
      </div>
    </div>
  );
}
