import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

export interface ConfirmProps {
  readonly question: string;
  /** The word on the button: what will be done. */
  readonly verb: string;
  readonly act: () => void;
  readonly close: () => void;
}

/** Asks once more before something that cannot be taken back; the safe answer has the focus. */
export function Confirm({ question, verb, act, close }: ConfirmProps): JSX.Element {
  const safe = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => safe.current?.focus(), []);
  return (
    <div class="card form" role="alertdialog" aria-label={question}>
      <p>{question}</p>
      <div class="row ends">
        <button ref={safe} type="button" class="button" onClick={close}>
          Cancel
        </button>
        <button
          type="button"
          class="button stop"
          onClick={() => {
            close();
            act();
          }}
        >
          {verb}
        </button>
      </div>
    </div>
  );
}
