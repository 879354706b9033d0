import type { JSX } from "preact";
import { Icon } from "../../ui/icons.tsx";
import { Empty, type PanelProps } from "../../ui/panel.tsx";

export function Recents({ snapshot, bus, run }: PanelProps): JSX.Element {
  if (snapshot.recents.length === 0) {
    return <Empty>No calls yet. Who you call, and who calls you, will stand here.</Empty>;
  }
  return (
    <ul class="list">
      {snapshot.recents.map(({ id, title, address, direction, at, missed, said }) => (
        <li key={id}>
          <Icon name={direction} />
          <div class="grow">
            <div class={missed ? "cut missed" : "cut"}>{title}</div>
            <div class="soft cut">
              {formatTime(at)} · {said}
            </div>
          </div>
          <button
            type="button"
            class="button"
            aria-label={`Call ${title} again`}
            onClick={() => run(() => bus.ask("phone.call.dial", { to: address }))}
          >
            <Icon name="call" />
          </button>
        </li>
      ))}
    </ul>
  );
}

function formatTime(at: number): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}
