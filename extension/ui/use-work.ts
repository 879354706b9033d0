import { useState } from "preact/hooks";
import { errorInWords } from "./words.ts";

export interface Work {
  /** Does it, and says in words where it failed. */
  readonly run: (work: () => Promise<unknown>) => void;
  /** Why the last work failed; empty while all is well. */
  readonly said: string;
  readonly forget: () => void;
}

export function useWork(): Work {
  const [said, say] = useState("");
  return {
    said,
    forget: () => say(""),
    run(work) {
      say("");
      work().catch((error: unknown) => say(errorInWords(error)));
    },
  };
}
