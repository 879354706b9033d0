import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Preferences } from "../../background/bus/phone-contract.ts";
import { type Device, startDeviceWatch, startLevelMeter } from "../../background/media/devices.ts";

/** What is plugged in, as of now. */
export function useDevices(): readonly Device[] {
  const [devices, show] = useState<readonly Device[]>([]);
  useEffect(() => {
    const stop = new AbortController();
    startDeviceWatch(show, stop.signal);
    return () => stop.abort();
  }, []);
  return devices;
}

export interface DevicePickerProps {
  readonly label: string;
  readonly kind: MediaDeviceKind;
  readonly devices: readonly Device[];
  /** An id; empty: the system's own choice. */
  readonly chosen: string;
  readonly choose: (id: string) => void;
}

export function DevicePicker({ label, kind, devices, chosen, choose }: DevicePickerProps): JSX.Element {
  // The browsers' own "default" follows the system, as our empty choice does.
  const listed = devices.filter(device => device.kind === kind && device.id !== "default");
  const isGone = chosen !== "" && !listed.some(({ id }) => id === chosen);
  return (
    <label class="picker">
      {label}
      <select class="field" value={chosen} onChange={event => choose(event.currentTarget.value)}>
        <option value="">System default</option>
        {isGone && <option value={chosen}>Your choice (not connected)</option>}
        {listed.map(({ id, label: name }, at) => (
          <option key={id} value={id}>
            {name || `${label} ${at + 1}`}
          </option>
        ))}
      </select>
    </label>
  );
}

export type ChosenDevices = Preferences["devices"];

export interface CallDevicesProps {
  readonly chosen: ChosenDevices;
  readonly choose: (part: Partial<ChosenDevices>) => void;
  /** What shows that the microphone hears. */
  readonly meter?: ComponentChildren;
}

/** What is used in calls. */
export function CallDevicePickers({ chosen, choose, meter }: CallDevicesProps): JSX.Element {
  const devices = useDevices();
  return (
    <>
      <DevicePicker
        label="Microphone"
        kind="audioinput"
        devices={devices}
        chosen={chosen.microphone}
        choose={microphone => choose({ microphone })}
      />
      {meter}
      <DevicePicker
        label="Camera"
        kind="videoinput"
        devices={devices}
        chosen={chosen.camera}
        choose={camera => choose({ camera })}
      />
      <DevicePicker
        label="Loudspeaker"
        kind="audiooutput"
        devices={devices}
        chosen={chosen.speaker}
        choose={speaker => choose({ speaker })}
      />
      <NamelessHint devices={devices} />
    </>
  );
}

/** Names of devices are told to who may use one. */
function NamelessHint({ devices }: { readonly devices: readonly Device[] }): JSX.Element | null {
  if (devices.some(({ label }) => label !== "")) return null;
  return <p class="soft small">The browser names devices once the microphone has been allowed.</p>;
}

export function LevelMeter({ track }: { readonly track: MediaStreamTrack | undefined }): JSX.Element {
  const [level, show] = useState(0);
  useEffect(() => {
    show(0);
    if (!track) return;
    const stop = new AbortController();
    startLevelMeter(track, show, stop.signal);
    return () => stop.abort();
  }, [track]);
  return <meter class="level" aria-label="How loud you are" min={0} max={1} value={level} />;
}
