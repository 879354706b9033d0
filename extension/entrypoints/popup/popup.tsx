import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Contacts } from "../../features/contacts/panel.tsx";
import { Keypad } from "../../features/keypad/panel.tsx";
import { Offers } from "../../features/offers/panel.tsx";
import { Recents } from "../../features/recents/panel.tsx";
import { SiteSwitch } from "../../features/site-switch/panel.tsx";
import type { PanelProps } from "../../ui/panel.tsx";
import { Tabs } from "../../ui/tabs.tsx";
import { lineInWords, shortAddress } from "../../ui/words.ts";

const views = { Keypad, Recents, Contacts } as const;
type ViewName = keyof typeof views;
const names = Object.keys(views) as ViewName[];

export function Popup(props: PanelProps): JSX.Element {
  const [name, show] = useState<ViewName>("Keypad");
  const View = views[name];
  return (
    <>
      <main class="popup">
        <Who {...props} />
        <Offers {...props} />
        <Tabs names={names} chosen={name} choose={show}>
          <View {...props} />
        </Tabs>
      </main>
      <SiteSwitch {...props} />
    </>
  );
}

function Who({ snapshot, bus, run }: PanelProps): JSX.Element {
  const { me, line } = snapshot;
  return (
    <header class="row">
      <img src="/icon/48.png" width="36" height="36" alt="" />
      <div class="grow">
        <h1 class="cut">{me ? (me.name ?? shortAddress(me.account)) : "Etherlynk"}</h1>
        <p class="row soft line">
          <span class={`dot ${line.state}`} />
          <span>{line.said ?? lineInWords(line.state)}</span>
        </p>
      </div>
      {!me && (
        <button
          type="button"
          class="button go"
          onClick={() => run(() => bus.ask("worker.window.open", { page: "welcome" }))}
        >
          Set up
        </button>
      )}
    </header>
  );
}
