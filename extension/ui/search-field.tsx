import type { JSX } from "preact";
import { Icon } from "./icons.tsx";

export interface SearchFieldProps {
  readonly label: string;
  readonly text: string;
  readonly write: (text: string) => void;
}

export function SearchField({ label, text, write }: SearchFieldProps): JSX.Element {
  return (
    <div class="search grow">
      <Icon name="search" />
      <input
        class="field"
        type="search"
        aria-label={label}
        placeholder={label}
        autocomplete="off"
        spellcheck={false}
        maxLength={200}
        value={text}
        onInput={event => write(event.currentTarget.value)}
      />
    </div>
  );
}
