import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { RecentView } from "../../../background/bus/phone-contract.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { ContactForm } from "../../ui/contact-form.tsx";
import { IconButton } from "../../ui/icon-button.tsx";
import { Icon } from "../../ui/icons.tsx";
import { Empty, type PanelProps } from "../../ui/panel.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import { shortAddress, timeInWords } from "../../ui/words.ts";
import { useRecents } from "./use-recents.ts";

export function Recents(props: PanelProps): JSX.Element {
  const { snapshot, bus, run } = props;
  const [search, write] = useState("");
  const [isClearing, ask] = useState(false);
  const { entries, said, isLooking, hide, more } = useRecents(props, search.trim());
  const { missed } = snapshot;
  // Looked at: by who has the list before their eyes, also for what comes in meanwhile.
  useEffect(() => {
    if (missed > 0) run(() => bus.ask("recents.missed.see", null));
  }, [missed]);
  if (snapshot.recents.length === 0) {
    return <Empty>No calls yet. Who you call, and who calls you, will stand here.</Empty>;
  }
  return (
    <div class="people">
      <SearchField label="Search calls" text={search} write={write} />
      {said && (
        <p class="trouble small" role="alert">
          {said}
        </p>
      )}
      {entries.length === 0 && !isLooking && <Empty>No call is found under “{search}”.</Empty>}
      <ul class="list" aria-label="Calls">
        {entries.map(entry => (
          <Entry key={entry.id} {...props} entry={entry} hide={hide} />
        ))}
      </ul>
      <div class="row ends">
        {more && (
          <button type="button" class="button quiet" onClick={() => run(more)}>
            Older calls
          </button>
        )}
        {!isClearing && (
          <button type="button" class="button quiet" onClick={() => ask(true)}>
            Clear all
          </button>
        )}
      </div>
      {isClearing && (
        <Confirm
          question="Remove all calls from this list, for good?"
          verb="Remove all"
          act={() => run(() => bus.ask("recents.list.clear", null))}
          close={() => ask(false)}
        />
      )}
    </div>
  );
}

interface EntryProps extends PanelProps {
  readonly entry: RecentView;
  readonly hide: (id: string) => void;
}

function Entry(props: EntryProps): JSX.Element {
  const { entry, bus, run } = props;
  const { title, address, direction, at, missed, said } = entry;
  const [isOpen, open] = useState(false);
  return (
    <li class="wide">
      <span class={missed ? "missed" : "soft"}>
        <Icon name={missed ? "missed" : direction} />
      </span>
      <div class="grow">
        <div class={missed ? "cut missed" : "cut"} title={title}>
          {shortAddress(title)}
        </div>
        <div class="soft small">
          {timeInWords(at, Date.now())} · {said}
        </div>
      </div>
      <IconButton
        icon="more"
        label={`More about the call with ${title}`}
        isExpanded={isOpen}
        press={() => open(!isOpen)}
      />
      <IconButton
        icon="call"
        label={`Call ${title} again`}
        look="go"
        press={() => run(() => bus.ask("phone.call.dial", { to: address }))}
      />
      {isOpen && <Choices {...props} />}
    </li>
  );
}

function Choices({ entry: { id, title, address }, hide, snapshot, bus, run }: EntryProps): JSX.Element {
  const [isKeeping, keep] = useState(false);
  const isKnown = snapshot.contacts.some(contact => contact.title === title);
  const remove = async () => {
    await bus.ask("recents.entry.remove", { id });
    hide(id);
  };
  if (isKeeping) {
    return (
      <div class="under">
        <ContactForm
          address={address}
          save={(name, where) => bus.ask("contacts.entry.save", { title: name, address: where })}
          close={() => keep(false)}
        />
      </div>
    );
  }
  return (
    <div class="under">
      <p class="soft small whole">{address}</p>
      {!isKnown && (
        <button type="button" class="button quiet" onClick={() => keep(true)}>
          <Icon name="keep" /> Keep as contact
        </button>
      )}
      <button
        type="button"
        class="button quiet"
        onClick={() => run(() => bus.ask("contacts.entry.block", { address, blocked: true }))}
      >
        <Icon name="block" /> Block
      </button>
      <button type="button" class="button quiet" onClick={() => run(remove)}>
        <Icon name="remove" /> Remove
      </button>
    </div>
  );
}
