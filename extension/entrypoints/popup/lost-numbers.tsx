import type { JSX } from "preact";
import { IconButton } from "../../ui/icon-button.tsx";
import type { PanelProps } from "../../ui/panel.tsx";

/** Numbers that ring elsewhere now, until that was read. The line above is as ready as before. */
export function LostNumbers({ snapshot, bus, run }: PanelProps): JSX.Element {
  const { lost = [] } = snapshot;
  return (
    <>
      {lost.map(({ number, said }) => (
        <div key={number} class="said row" role="status">
          <span class="grow">{said}</span>
          <IconButton
            icon="close"
            label="Close this message"
            press={() => run(() => bus.ask("phone.lost-number.forget", { number }))}
          />
        </div>
      ))}
    </>
  );
}
