import { useEffect } from "preact/hooks";
import { listDevices } from "../../../background/media/devices.ts";
import type { CallProps } from "./panel.tsx";

/** Before it is opened: the microphone that the user chose for all calls, where it is plugged in. */
export function useChosenMicrophone({ media, snapshot, run }: CallProps): void {
  const chosen = snapshot.preferences.devices.microphone;
  useEffect(() => {
    if (!media || chosen === "") return;
    run(async () => {
      const devices = await listDevices();
      if (devices.some(({ id }) => id === chosen)) await media.sources.chooseMicrophone({ deviceId: chosen });
    });
    // Later choices are made, and told, where they are chosen.
  }, [media]);
}
