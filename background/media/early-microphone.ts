import { type DeviceChoice, openMicrophone } from "./microphone.ts";

/** A microphone that is opened before it is wanted, and sent to nobody until then. */
export interface EarlyMicrophone {
  open(choice: DeviceChoice): void;
  /** None where it was not opened, or did not open: whoever wants it then opens it, and hears why it does not. */
  take(): Promise<MediaStreamTrack | undefined>;
  drop(): void;
}

export function createEarlyMicrophone(): EarlyMicrophone {
  let opened: Promise<MediaStreamTrack | undefined> | undefined;
  const take = async () => {
    const taken = opened;
    opened = undefined;
    return await taken;
  };
  return {
    open(choice) {
      opened ??= openMicrophone(choice).catch(() => undefined);
    },
    take,
    drop: () => void take().then(track => track?.stop()),
  };
}
