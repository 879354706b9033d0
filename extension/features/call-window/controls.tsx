import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Icon, type IconName } from "../../ui/icons.tsx";
import { CallDevices } from "./call-devices.tsx";
import type { CallProps } from "./panel.tsx";
import { showCamera } from "./show-camera.ts";
import { Tones } from "./tones.tsx";

type Drawer = "none" | "tones" | "devices";

/** What is done in a call that is on, or on its way. */
export function Controls(props: CallProps): JSX.Element {
  const { call, bus, run, media } = props;
  const [drawer, open] = useState<Drawer>("none");
  const isHeld = call.stage === "held";
  const isTalking = call.stage === "talking" || isHeld || call.stage === "reconnecting";
  const turn = (name: Drawer) => open(drawer === name ? "none" : name);
  const hold = () => run(() => bus.ask("phone.call.hold", { call: call.id, held: !isHeld }));
  return (
    <div class="doing">
      {drawer === "tones" && isTalking && <Tones {...props} />}
      {drawer === "devices" && <CallDevices {...props} />}
      <div class="toggles">
        <Mute media={media} />
        <Pictures {...props} isTalking={isTalking} />
        <Toggle icon="hold" label="Hold" isOn={isHeld} isOff={!isTalking} turn={hold} />
        <Toggle
          icon="keypad"
          label="Keypad"
          isOn={drawer === "tones"}
          isOff={!isTalking}
          turn={() => turn("tones")}
        />
        <Toggle
          icon="sliders"
          label="Devices"
          isOn={drawer === "devices"}
          isOff={!media}
          turn={() => turn("devices")}
        />
      </div>
      <div class="controls">
        <button
          type="button"
          class="button round big stop"
          aria-label="Hang up"
          title="Hang up"
          onClick={() => run(() => bus.ask("phone.call.hang-up", { call: call.id }))}
        >
          <Icon name="hang-up" />
        </button>
      </div>
    </div>
  );
}

function Mute({ media }: Pick<CallProps, "media">): JSX.Element {
  const isMuted = media?.sources.isMuted ?? false;
  return (
    <Toggle
      icon={isMuted ? "microphone-off" : "microphone"}
      label="Mute"
      isOn={isMuted}
      isOff={!media}
      turn={() => media?.sources.mute(!isMuted)}
    />
  );
}

/** The camera can be looked into before they answer; a screen is shared with somebody who is there. */
function Pictures(props: CallProps & { readonly isTalking: boolean }): JSX.Element {
  const { media, run, isTalking } = props;
  const shown = media?.sources.picture ?? "none";
  const turn = (source: "camera" | "screen") => {
    if (shown === source) media?.sources.hidePicture();
    else run(() => (source === "camera" ? showCamera(props) : showScreen(props)));
  };
  return (
    <>
      <Toggle
        icon={shown === "camera" ? "camera" : "camera-off"}
        label="Camera"
        isOn={shown === "camera"}
        isOff={!media}
        turn={() => turn("camera")}
      />
      <Toggle
        icon="screen"
        label="Screen"
        isOn={shown === "screen"}
        isOff={!(media && isTalking)}
        turn={() => turn("screen")}
      />
    </>
  );
}

async function showScreen({ media }: CallProps): Promise<void> {
  await media?.sources.showPicture("screen");
}

interface ToggleProps {
  readonly icon: IconName;
  readonly label: string;
  readonly isOn: boolean;
  readonly isOff: boolean;
  readonly turn: () => void;
}

function Toggle({ icon, label, isOn, isOff, turn }: ToggleProps): JSX.Element {
  return (
    <div class="labelled">
      <button
        type="button"
        class="button round"
        aria-label={label}
        title={label}
        aria-pressed={isOn}
        disabled={isOff}
        onClick={turn}
      >
        <Icon name={icon} />
      </button>
      <span class="small" aria-hidden="true">
        {label}
      </span>
    </div>
  );
}
