import { listDevices } from "../../../background/media/devices.ts";
import type { CallProps } from "./panel.tsx";

/** The camera that the user chose for all calls, where it is plugged in; else what the browser has. */
export async function showCamera({ media, snapshot }: Pick<CallProps, "media" | "snapshot">): Promise<void> {
  const deviceId = snapshot.preferences.devices.camera;
  const isThere = deviceId !== "" && (await listDevices()).some(({ id }) => id === deviceId);
  await media?.sources.showPicture("camera", isThere ? { deviceId } : {});
}
