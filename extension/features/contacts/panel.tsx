import type { JSX } from "preact";
import { Icon } from "../../ui/icons.tsx";
import { Empty, type PanelProps } from "../../ui/panel.tsx";
import { shortAddress } from "../../ui/words.ts";

export function Contacts({ snapshot, bus, run }: PanelProps): JSX.Element {
  if (snapshot.contacts.length === 0) {
    return <Empty>No contacts yet. After a call you can keep whom you talked to.</Empty>;
  }
  return (
    <ul class="list">
      {snapshot.contacts.map(({ id, title, address }) => (
        <li key={id}>
          <div class="grow">
            <div class="cut">{title}</div>
            <div class="soft cut">{shortAddress(address)}</div>
          </div>
          <button
            type="button"
            class="button"
            aria-label={`Call ${title}`}
            onClick={() => run(() => bus.ask("phone.call.dial", { to: address }))}
          >
            <Icon name="call" />
          </button>
        </li>
      ))}
    </ul>
  );
}
