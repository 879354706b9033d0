import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { Icon } from "../../ui/icons.tsx";
import type { PanelProps } from "../../ui/panel.tsx";
import "./keypad.css";

const keys = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "+", "0"] as const;

/** Dials whatever people write: a name, a number, an account, a `sip:` address. */
export function Keypad({ snapshot, bus, run }: PanelProps): JSX.Element {
  const [to, write] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const last = snapshot.recents.find(({ direction }) => direction === "outgoing");
  const change = (text: string) => {
    write(text);
    field.current?.focus();
  };
  const dial = () => {
    if (to.trim()) run(() => bus.ask("phone.call.dial", { to: to.trim() }));
    // As desk telephones do: the button alone brings back whom one called last, and calls nobody yet.
    else if (last) change(last.address);
  };
  return (
    <form
      class="keypad"
      onSubmit={event => {
        event.preventDefault();
        dial();
      }}
    >
      <div class="dialled">
        <input
          ref={field}
          class="field"
          type="text"
          aria-label="Whom to call"
          placeholder="Name, number or 0x…"
          autocomplete="off"
          spellcheck={false}
          maxLength={512}
          value={to}
          onInput={event => write(event.currentTarget.value)}
        />
        {to && (
          <button
            type="button"
            class="button icon-button plain"
            aria-label="Clear"
            title="Clear"
            onClick={() => change("")}
          >
            <Icon name="close" />
          </button>
        )}
      </div>
      <div class="keys">
        {keys.map(key => (
          <button type="button" key={key} class="button key" onClick={() => change(to + key)}>
            {key}
          </button>
        ))}
        <button
          type="button"
          class="button key"
          aria-label="Erase"
          title="Erase the last sign"
          disabled={!to}
          onClick={() => change(Array.from(to).slice(0, -1).join(""))}
        >
          <Icon name="back" />
        </button>
      </div>
      <button
        type="submit"
        class="button round big answer"
        aria-label="Call"
        title={to ? "Call" : "Bring back whom you called last"}
        disabled={!to.trim() && !last}
      >
        <Icon name="call" />
      </button>
    </form>
  );
}
