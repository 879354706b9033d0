import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { ContactView } from "../../../background/bus/phone-contract.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { ContactForm } from "../../ui/contact-form.tsx";
import { IconButton } from "../../ui/icon-button.tsx";
import { Icon } from "../../ui/icons.tsx";
import { Empty, type PanelProps } from "../../ui/panel.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import { shortAddress } from "../../ui/words.ts";

/** More are found by searching: nobody scrolls through hundreds. */
const mostShown = 100;

export function Contacts(props: PanelProps): JSX.Element {
  const { snapshot, bus } = props;
  const [search, write] = useState("");
  const [isAdding, add] = useState(false);
  const found = findIn(snapshot.contacts, search);
  return (
    <div class="people">
      <div class="row">
        <SearchField label="Search contacts" text={search} write={write} />
        <IconButton icon="plus" label="New contact" look="go" press={() => add(true)} />
      </div>
      {isAdding && (
        <ContactForm
          save={(title, address) => bus.ask("contacts.entry.save", { title, address })}
          close={() => add(false)}
        />
      )}
      {snapshot.contacts.length === 0 && !isAdding && (
        <Empty>No contacts yet. Add somebody here, or keep whom you talked to after a call.</Empty>
      )}
      {snapshot.contacts.length > 0 && found.length === 0 && <Empty>Nobody is found under “{search}”.</Empty>}
      <ul class="list" aria-label="Contacts">
        {found.slice(0, mostShown).map(contact => (
          <Person key={contact.id} {...props} contact={contact} />
        ))}
      </ul>
      {found.length > mostShown && <p class="soft small">Search to find {found.length - mostShown} more.</p>}
    </div>
  );
}

interface PersonProps extends PanelProps {
  readonly contact: ContactView;
}

type Doing = "nothing" | "choosing" | "editing" | "removing";

function Person(props: PersonProps): JSX.Element {
  const { contact, bus, run } = props;
  const { id, title, address, isBlocked } = contact;
  const [doing, start] = useState<Doing>("nothing");
  return (
    <li class="wide">
      <Avatar title={title} />
      <div class="grow">
        <div class="cut" title={title}>
          {shortAddress(title)}
        </div>
        <div class="soft small cut" title={address}>
          {isBlocked ? "Blocked" : shortAddress(address)}
        </div>
      </div>
      <IconButton
        icon="more"
        label={`More about ${title}`}
        isExpanded={doing !== "nothing"}
        press={() => start(doing === "nothing" ? "choosing" : "nothing")}
      />
      <IconButton
        icon="call"
        label={`Call ${title}`}
        look="go"
        press={() => run(() => bus.ask("phone.call.dial", { to: address }))}
      />
      {doing === "choosing" && <Choices {...props} start={start} />}
      {doing === "editing" && (
        <div class="under">
          <ContactForm
            title={title === address ? "" : title}
            address={address}
            save={(name, where) => bus.ask("contacts.entry.save", { id, title: name, address: where })}
            close={() => start("nothing")}
          />
        </div>
      )}
      {doing === "removing" && (
        <div class="under">
          <Confirm
            question={`Remove ${title} from your contacts?`}
            verb="Remove"
            act={() => run(() => bus.ask("contacts.entry.remove", { id }))}
            close={() => start("nothing")}
          />
        </div>
      )}
    </li>
  );
}

function Choices({
  contact: { address, isBlocked },
  bus,
  run,
  start,
}: PersonProps & { readonly start: (doing: Doing) => void }): JSX.Element {
  const block = () => {
    start("nothing");
    run(() => bus.ask("contacts.entry.block", { address, blocked: !isBlocked }));
  };
  return (
    <div class="under">
      <button type="button" class="button quiet" onClick={() => start("editing")}>
        <Icon name="edit" /> Edit
      </button>
      <button type="button" class="button quiet" onClick={block}>
        <Icon name="block" /> {isBlocked ? "Unblock" : "Block"}
      </button>
      <button type="button" class="button quiet" onClick={() => start("removing")}>
        <Icon name="remove" /> Remove
      </button>
    </div>
  );
}

function findIn(contacts: readonly ContactView[], search: string): readonly ContactView[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return contacts.filter(({ title, address }) => {
    const text = `${title} ${address}`.toLowerCase();
    return words.every(word => text.includes(word));
  });
}
