import type { JSX } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import { EtherlynkError } from "../../../protocol/errors.ts";
import type { CallProps } from "./panel.tsx";

const tones = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;

/** Tones for machines at the other end (RFC 4733), by the buttons or the same keys of the keyboard. */
export function Tones({ media, run }: CallProps): JSX.Element {
  const [sent, note] = useState("");
  const send = (tone: string) =>
    run(async () => {
      if (!media?.sendTones(tone)) throw new TonesError();
      note(before => `${before}${tone}`.slice(-24));
    });
  // Before the next key is pressed.
  useLayoutEffect(() => {
    const type = (event: KeyboardEvent) => {
      const isElsewhere =
        event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
      if (isElsewhere || event.altKey || event.ctrlKey || event.metaKey) return;
      if (tones.some(tone => tone === event.key)) send(event.key);
    };
    addEventListener("keydown", type);
    return () => removeEventListener("keydown", type);
  }, [media]);
  return (
    <div class="tones">
      <output class="sent" aria-label="Tones sent">
        {sent}
      </output>
      {tones.map(tone => (
        <button type="button" key={tone} class="button" onClick={() => send(tone)}>
          {tone}
        </button>
      ))}
    </div>
  );
}

class TonesError extends EtherlynkError {
  constructor() {
    super("call.tones", "The other side takes no tones. Say it in words, or try again once you talk.");
  }
}
