import type { JSX } from "preact";
import type { Preferences } from "../../../background/bus/phone-contract.ts";
import { DevicePicker, LevelMeter, NamelessHint, useDevices } from "../../ui/devices.tsx";
import type { CallProps } from "./panel.tsx";

type Chosen = Preferences["devices"];

/** Another microphone, camera or loudspeaker while the call goes on; chosen for all calls to come as well. */
export function CallDevices({ media, snapshot, bus, run }: CallProps): JSX.Element {
  const { devices: chosen } = snapshot.preferences;
  const devices = useDevices();
  const keep = (part: Partial<Chosen>) =>
    bus.ask("preferences.values.change", { devices: { ...chosen, ...part } });
  const toChoice = (deviceId: string) => (deviceId === "" ? {} : { deviceId });
  const choose = (part: Partial<Chosen>) =>
    run(async () => {
      // What does not open is not kept.
      if (part.microphone !== undefined) await media?.sources.chooseMicrophone(toChoice(part.microphone));
      if (part.camera !== undefined && media?.sources.picture === "camera") {
        await media.sources.showPicture("camera", toChoice(part.camera));
      }
      await keep(part);
    });
  return (
    <div class="card form drawer">
      <DevicePicker
        label="Microphone"
        kind="audioinput"
        devices={devices}
        chosen={chosen.microphone}
        choose={microphone => choose({ microphone })}
      />
      <LevelMeter track={media?.sources.ownVoice} />
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
    </div>
  );
}
