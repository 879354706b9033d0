import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { useWork } from "./use-work.ts";

export interface ContactFormProps {
  readonly title?: string;
  readonly address?: string;
  readonly save: (title: string, address: string) => Promise<unknown>;
  readonly close: () => void;
}

/** Gives somebody a name. The name is the user's own: nothing is filled in that a page or a caller said. */
export function ContactForm({ title = "", address = "", save, close }: ContactFormProps): JSX.Element {
  const [name, writeName] = useState(title);
  const [where, writeWhere] = useState(address);
  const { run, said } = useWork();
  const first = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => first.current?.focus(), []);
  const submit = () =>
    run(async () => {
      await save(name, where);
      close();
    });
  return (
    <form
      class="card form"
      onSubmit={event => {
        event.preventDefault();
        submit();
      }}
      onKeyDown={event => event.key === "Escape" && close()}
    >
      <label>
        Name
        <input
          ref={first}
          type="text"
          class="field"
          autocomplete="off"
          maxLength={80}
          value={name}
          onInput={event => writeName(event.currentTarget.value)}
        />
      </label>
      <label>
        Address
        <input
          type="text"
          class="field"
          placeholder="Name, number or 0x…"
          autocomplete="off"
          spellcheck={false}
          maxLength={512}
          value={where}
          onInput={event => writeWhere(event.currentTarget.value)}
        />
      </label>
      {said && (
        <p class="trouble" role="alert">
          {said}
        </p>
      )}
      <div class="row ends">
        <button type="button" class="button" onClick={close}>
          Cancel
        </button>
        <button type="submit" class="button go" disabled={!name.trim() || !where.trim()}>
          Save
        </button>
      </div>
    </form>
  );
}
