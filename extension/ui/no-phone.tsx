import type { JSX } from "preact";
import { api } from "../platform.ts";
import { errorInWords } from "./words.ts";

export interface NoPhoneProps {
  readonly error: unknown;
  readonly again: () => void;
}

/** The phone is there and cannot work, or is not there: why, and the two things that help. */
export function NoPhone({ error, again }: NoPhoneProps): JSX.Element {
  return (
    <main class="empty no-phone">
      <h1>Etherlynk cannot start</h1>
      <p role="alert">{errorInWords(error)}</p>
      <div class="row ends">
        <button type="button" class="button go" onClick={again}>
          Try again
        </button>
        {/* Who looks again has the database opened anew; where the phone itself is stuck, only another life helps. */}
        <button type="button" class="button" onClick={() => api.runtime.reload()}>
          Restart Etherlynk
        </button>
      </div>
      <p class="small">A restart deletes nothing, and closes the windows of Etherlynk.</p>
    </main>
  );
}
