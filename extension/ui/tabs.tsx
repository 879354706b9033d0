import type { ComponentChildren, JSX } from "preact";
import { Icon, type IconName } from "./icons.tsx";
import "./tabs.css";

export interface TabView {
  readonly icon: IconName;
  /** What waits there, said after the name. */
  readonly mark?: string;
}

export interface TabsProps<Name extends string> {
  readonly tabs: Readonly<Record<Name, TabView>>;
  readonly chosen: Name;
  readonly choose: (name: Name) => void;
  readonly children: ComponentChildren;
}

/** Tabs as ARIA has them: one stop for the tabulator, arrows move between. */
export function Tabs<Name extends string>({ tabs, chosen, choose, children }: TabsProps<Name>): JSX.Element {
  const names = Object.keys(tabs) as Name[];
  const move = (event: KeyboardEvent & { readonly currentTarget: HTMLElement }) => {
    const at = names.indexOf(chosen);
    const places = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: -1 };
    const place = places[event.key as keyof typeof places];
    if (place === undefined) return;
    event.preventDefault();
    const next = names.at(place % names.length) ?? chosen;
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
            aria-label={[name, tabs[name].mark].filter(Boolean).join(", ")}
            tabIndex={name === chosen ? 0 : -1}
            onClick={() => choose(name)}
          >
            <Icon name={tabs[name].icon} />
            {name}
            {tabs[name].mark && <span class="tab-mark" aria-hidden="true" />}
          </button>
        ))}
      </div>
      <div role="tabpanel" id="tab-view" aria-labelledby={`tab-${chosen}`}>
        {children}
      </div>
    </section>
  );
}
