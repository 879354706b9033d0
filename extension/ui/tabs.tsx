import type { ComponentChildren, JSX } from "preact";
import "./tabs.css";

export interface TabsProps<Name extends string> {
  readonly names: readonly Name[];
  readonly chosen: Name;
  readonly choose: (name: Name) => void;
  readonly children: ComponentChildren;
}

/** Tabs as ARIA has them: one stop for the tabulator, arrows move between. */
export function Tabs<Name extends string>({ names, chosen, choose, children }: TabsProps<Name>): JSX.Element {
  const move = (event: KeyboardEvent & { readonly currentTarget: HTMLElement }) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    const next = names[(names.indexOf(chosen) + step + names.length) % names.length] ?? chosen;
    choose(next);
    event.currentTarget.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  return (
    <section>
      <div role="tablist" class="tabs" onKeyDown={move}>
        {names.map(name => (
          <button
            type="button"
            role="tab"
            key={name}
            id={`tab-${name}`}
            aria-selected={name === chosen}
            aria-controls="tab-view"
            tabIndex={name === chosen ? 0 : -1}
            onClick={() => choose(name)}
          >
            {name}
          </button>
        ))}
      </div>
      <div role="tabpanel" id="tab-view" aria-labelledby={`tab-${chosen}`}>
        {children}
      </div>
    </section>
  );
}
