import type { JSX } from "preact";
import { Icon } from "../../ui/icons.tsx";
import type { PanelProps } from "../../ui/panel.tsx";
import { shortAddress } from "../../ui/words.ts";

/** What pages offer: placed from here too, where no page can cover the button. */
export function Offers({ snapshot, bus, run }: PanelProps): JSX.Element | null {
  if (snapshot.offers.length === 0) return null;
  return (
    <ul class="list card" aria-label="Offered by pages">
      {snapshot.offers.map(({ id, to, origin, context }) => (
        <li key={id}>
          <div class="grow">
            <div class="cut">{shortAddress(to)}</div>
            <div class="soft cut">
              {new URL(origin).host} says: {context?.title ?? context?.order ?? "call"}
            </div>
          </div>
          <button
            type="button"
            class="button go"
            aria-label={`Call ${to}`}
            onClick={() => run(() => bus.ask("phone.call.dial", { to, ...(context && { context }) }))}
          >
            <Icon name="call" />
          </button>
        </li>
      ))}
    </ul>
  );
}
