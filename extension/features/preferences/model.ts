import type { Preferences } from "../../../background/bus/phone-contract.ts";
import type { Ask } from "../../../protocol/bus/contract.ts";

declare module "../../../protocol/bus/contract.ts" {
  interface Asks {
    /** What is not named stays. */
    "preferences.values.change": Ask<Partial<Preferences>, null>;
    /** Two seconds of the ringtone as it is chosen, by the phone itself. */
    "preferences.ringtone.try": Ask<null, null>;
  }
}

export const defaultPreferences: Preferences = {
  doNotDisturb: false,
  admitsGuests: true,
  ringtone: { tone: "classic", volume: 0.7, device: "" },
  devices: { microphone: "", camera: "", speaker: "" },
  ice: { servers: [], relayOnly: false },
};
