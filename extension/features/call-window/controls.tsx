import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Icon, type IconName } from "../../ui/icons.tsx";
import type { CallProps } from "./panel.tsx";

const tones = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;

export function Controls(props: CallProps): JSX.Element {
  const { call, bus, run } = props;
  const { id, stage, direction } = call;
  if (stage === "ended") {
    return (
      <div class="controls">
        <button type="button" class="button" onClick={() => window.close()}>
          Close
        </button>
      </div>
    );
  }
  if (direction === "incoming" && stage === "ringing") {
    return (
      <div class="controls">
        <button
          type="button"
          class="button stop"
          onClick={() => run(() => bus.ask("phone.call.decline", { call: id }))}
        >
          <Icon name="hang-up" /> Decline
        </button>
        <button
          type="button"
          class="button go"
          onClick={() => run(() => bus.ask("phone.call.answer", { call: id }))}
        >
          <Icon name="call" /> Answer
        </button>
      </div>
    );
  }
  return <Talking {...props} />;
}

function Talking({ call, bus, run, media }: CallProps): JSX.Element {
  const [hasKeys, showKeys] = useState(false);
  const { id, stage } = call;
  const muted = media?.sources.isMuted ?? false;
  const isHeld = stage === "held";
  const isTalking = stage === "talking" || isHeld;
  const mute = () => media?.sources.mute(!muted);
  const hold = () => run(() => bus.ask("phone.call.hold", { call: id, held: !isHeld }));
  return (
    <>
      {hasKeys && isTalking && (
        <div class="tones">
          {tones.map(digits => (
            <button
              type="button"
              key={digits}
              class="button"
              onClick={() => run(async () => void media?.sendTones(digits))}
            >
              {digits}
            </button>
          ))}
        </div>
      )}
      <div class="controls">
        <Toggle icon="microphone" label="Mute" isOn={muted} isOff={!isTalking} turn={mute} />
        <Toggle icon="hold" label="Hold" isOn={isHeld} isOff={!isTalking} turn={hold} />
        <Toggle
          icon="keypad"
          label="Keypad"
          isOn={hasKeys}
          isOff={!isTalking}
          turn={() => showKeys(!hasKeys)}
        />
        <button
          type="button"
          class="button round stop"
          aria-label="Hang up"
          title="Hang up"
          onClick={() => run(() => bus.ask("phone.call.hang-up", { call: id }))}
        >
          <Icon name="hang-up" />
        </button>
      </div>
    </>
  );
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
  );
}
