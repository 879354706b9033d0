import type { JSX } from "preact";
import { useId } from "preact/hooks";
import "./switch.css";

export interface SwitchProps {
  readonly label: string;
  readonly hint?: string;
  readonly isOn: boolean;
  readonly turn: (isOn: boolean) => void;
}

export function Switch({ label, hint, isOn, turn }: SwitchProps): JSX.Element {
  const id = useId();
  return (
    <div class="row option">
      <div class="grow">
        <div id={id}>{label}</div>
        {hint && (
          <div class="soft small" id={`${id}-hint`}>
            {hint}
          </div>
        )}
      </div>
      <button
        type="button"
        role="switch"
        class="switch"
        aria-checked={isOn}
        aria-labelledby={id}
        aria-describedby={hint && `${id}-hint`}
        onClick={() => turn(!isOn)}
      />
    </div>
  );
}
