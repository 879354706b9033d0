import type { JSX } from "preact";
import { CallDevicePickers, type ChosenDevices, LevelMeter } from "../../ui/devices.tsx";
import type { CallProps } from "./panel.tsx";

/** Another microphone, camera or loudspeaker while the call goes on; chosen for all calls to come as well. */
export function CallDevices({ media, snapshot, bus, run }: CallProps): JSX.Element {
  const { devices: chosen } = snapshot.preferences;
  const keep = (part: Partial<ChosenDevices>) =>
    bus.ask("preferences.values.change", { devices: { ...chosen, ...part } });
  const toChoice = (deviceId: string) => (deviceId === "" ? {} : { deviceId });
  const choose = (part: Partial<ChosenDevices>) =>
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
      <CallDevicePickers
        chosen={chosen}
        choose={choose}
        meter={<LevelMeter track={media?.sources.ownVoice} />}
      />
    </div>
  );
}
