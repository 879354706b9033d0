import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Account } from "../../features/account/panel.tsx";
import { Contacts } from "../../features/contacts/panel.tsx";
import { Keypad } from "../../features/keypad/panel.tsx";
import { Offers } from "../../features/offers/panel.tsx";
import { Settings } from "../../features/preferences/panel.tsx";
import { Recents } from "../../features/recents/panel.tsx";
import { SiteSwitch } from "../../features/site-switch/panel.tsx";
import { Avatar } from "../../ui/avatar.tsx";
import { IconButton } from "../../ui/icon-button.tsx";
import { Icon } from "../../ui/icons.tsx";
import type { PanelProps } from "../../ui/panel.tsx";
import { Tabs, type TabView } from "../../ui/tabs.tsx";
import { lineInWords, shortAddress } from "../../ui/words.ts";
import { LostNumbers } from "./lost-numbers.tsx";
import { OpenCalls } from "./open-calls.tsx";

const views = { Keypad, Recents, Contacts, Settings: SettingsAndAccount } as const;
type ViewName = keyof typeof views;

export function Popup(props: PanelProps): JSX.Element {
  const [name, show] = useState<ViewName>("Keypad");
  const View = views[name];
  const { missed } = props.snapshot;
  const tabs: Record<ViewName, TabView> = {
    Keypad: { icon: "keypad" },
    Recents: { icon: "clock", ...(missed > 0 && { mark: `${missed} missed` }) },
    Contacts: { icon: "person" },
    Settings: { icon: "sliders" },
  };
  return (
    <>
      <main class="popup">
        <Who {...props} />
        <OpenCalls {...props} />
        <LostNumbers {...props} />
        <Offers {...props} />
        <Tabs tabs={tabs} chosen={name} choose={show}>
          <View {...props} />
        </Tabs>
      </main>
      <SiteSwitch {...props} />
    </>
  );
}

function SettingsAndAccount(props: PanelProps): JSX.Element {
  return (
    <div class="people">
      <Settings {...props} />
      <div class="card">
        <Account {...props} />
      </div>
    </div>
  );
}

function Who({ snapshot, bus, run }: PanelProps): JSX.Element {
  const { me, line, preferences } = snapshot;
  const title = me ? (me.name ?? shortAddress(me.account)) : "Etherlynk";
  return (
    <header class="row">
      {me ? <Avatar title={title} /> : <img src="/icon/48.png" width="38" height="38" alt="" />}
      <div class="grow">
        <h1 class="cut" title={me?.account}>
          {title}
        </h1>
        <p class="row soft small line" role="status">
          <span class={`dot ${preferences.doNotDisturb && me ? "quiet" : line.state}`} />
          <span>{me && preferences.doNotDisturb ? "Do not disturb: nobody rings" : lineWords(snapshot)}</span>
        </p>
      </div>
      {me && (
        <IconButton
          icon="window"
          label="Open the desk: your numbers"
          press={() => run(() => bus.ask("worker.window.open", { page: "desk" }))}
        />
      )}
      {me ? (
        <Quiet
          isOn={preferences.doNotDisturb}
          turn={doNotDisturb => run(() => bus.ask("preferences.values.change", { doNotDisturb }))}
        />
      ) : (
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

/** All is well in one line, so that what is not catches the eye. */
function lineWords({ line }: PanelProps["snapshot"]): string {
  if (line.state === "ready") return "Ready for calls";
  return line.said ?? lineInWords(line.state);
}

function Quiet({
  isOn,
  turn,
}: {
  readonly isOn: boolean;
  readonly turn: (isOn: boolean) => void;
}): JSX.Element {
  return (
    <button
      type="button"
      class="button icon-button plain"
      aria-label="Do not disturb"
      title="Do not disturb"
      role="switch"
      aria-checked={isOn}
      onClick={() => turn(!isOn)}
    >
      <Icon name={isOn ? "bell-off" : "bell"} />
    </button>
  );
}
