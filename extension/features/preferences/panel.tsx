import type { JSX } from "preact";
import type { Preferences, RingtoneName } from "../../../background/bus/phone-contract.ts";
import { CallDevicePickers, DevicePicker, useDevices } from "../../ui/devices.tsx";
import { Icon } from "../../ui/icons.tsx";
import type { PanelProps } from "../../ui/panel.tsx";
import { Switch } from "../../ui/switch.tsx";
import { Connection } from "./connection.tsx";
import "./preferences.css";

export type Change = (change: Partial<Preferences>) => void;

export function Settings(props: PanelProps): JSX.Element {
  const { snapshot, bus, run } = props;
  const { preferences } = snapshot;
  const change: Change = next => run(() => bus.ask("preferences.values.change", next));
  return (
    <div class="settings">
      <section class="card form" aria-labelledby="settings-who">
        <h2 id="settings-who">Who may ring</h2>
        <Switch
          label="Do not disturb"
          hint="Nobody rings. You find missed calls in Recents."
          isOn={preferences.doNotDisturb}
          turn={doNotDisturb => change({ doNotDisturb })}
        />
        <Switch
          label="Guests may ring"
          hint="Callers who cannot prove who they are: other telephones, and visitors of web pages."
          isOn={preferences.admitsGuests}
          turn={admitsGuests => change({ admitsGuests })}
        />
      </section>
      <Ringtone {...props} change={change} />
      <Devices {...props} change={change} />
      <Connection ice={preferences.ice} change={change} />
    </div>
  );
}

interface SectionProps extends PanelProps {
  readonly change: Change;
}

const tones: Readonly<Record<RingtoneName, string>> = { classic: "Classic", soft: "Soft", pulse: "Pulse" };

function Ringtone({ snapshot, bus, run, change }: SectionProps): JSX.Element {
  const { ringtone } = snapshot.preferences;
  const devices = useDevices();
  return (
    <section class="card form" aria-labelledby="settings-tone">
      <h2 id="settings-tone">Ringtone</h2>
      <label>
        Tone
        <select
          class="field"
          value={ringtone.tone}
          onChange={event =>
            change({ ringtone: { ...ringtone, tone: event.currentTarget.value as RingtoneName } })
          }
        >
          {Object.entries(tones).map(([name, words]) => (
            <option key={name} value={name}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <label>
        Volume
        <input
          type="range"
          min="0"
          max="1"
          step="0.05"
          value={ringtone.volume}
          aria-valuetext={`${Math.round(ringtone.volume * 100)} %`}
          onChange={event => change({ ringtone: { ...ringtone, volume: Number(event.currentTarget.value) } })}
        />
      </label>
      <DevicePicker
        label="Rings on"
        kind="audiooutput"
        devices={devices}
        chosen={ringtone.device}
        choose={device => change({ ringtone: { ...ringtone, device } })}
      />
      <button
        type="button"
        class="button"
        onClick={() => run(() => bus.ask("preferences.ringtone.try", null))}
      >
        <Icon name="sound" /> Try it
      </button>
    </section>
  );
}

function Devices({ snapshot, change }: SectionProps): JSX.Element {
  const chosen = snapshot.preferences.devices;
  return (
    <section class="card form" aria-labelledby="settings-devices">
      <h2 id="settings-devices">In calls</h2>
      <CallDevicePickers chosen={chosen} choose={part => change({ devices: { ...chosen, ...part } })} />
    </section>
  );
}
