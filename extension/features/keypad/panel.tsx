import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { Icon } from "../../ui/icons.tsx";
import type { PanelProps } from "../../ui/panel.tsx";
import "./keypad.css";

const keys = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "+", "0", "."] as const;

/** Dials whatever people write: an account, a `sip:` address; names and numbers the phone answers in words. */
export function Keypad({ bus, run }: PanelProps): JSX.Element {
  const [to, write] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const press = (key: string) => {
    write(to + key);
    field.current?.focus();
  };
  return (
    <form
      class="keypad"
      onSubmit={event => {
        event.preventDefault();
        if (to.trim()) run(() => bus.ask("phone.call.dial", { to: to.trim() }));
      }}
    >
      <div class="row">
        <input
          ref={field}
          class="grow"
          type="text"
          aria-label="Whom to call"
          placeholder="0x… or sip:name@node"
          autocomplete="off"
          spellcheck={false}
          maxLength={512}
          value={to}
          onInput={event => write(event.currentTarget.value)}
        />
        <button
          type="button"
          class="button"
          aria-label="Erase"
          disabled={!to}
          onClick={() => write(to.slice(0, -1))}
        >
          <Icon name="back" />
        </button>
      </div>
      <div class="keys">
        {keys.map(key => (
          <button type="button" key={key} class="button key" onClick={() => press(key)}>
            {key}
          </button>
        ))}
      </div>
      <button type="submit" class="button go" disabled={!to.trim()}>
        <Icon name="call" /> Call
      </button>
    </form>
  );
}
