import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { formatNumber } from "../../../protocol/number/number.ts";
import { useWork } from "../../ui/use-work.ts";
import { exactAmount, parseAmount } from "./amounts.ts";
import { callers, type NumberDetail, type RecordsView } from "./model.ts";
import type { NumbersView } from "./view.tsx";

export interface FormProps {
  readonly view: NumberDetail;
  readonly wish: NumbersView["wish"];
}

/** The number's half of its name, and the name's half where the account controls the name. */
export function LinkForm({ view: { number, link }, wish }: FormProps): JSX.Element {
  const [name, write] = useState(link.name);
  const { name: claimed } = link;
  return (
    <Card title="Name" submit={() => wish({ kind: "name", number, name })}>
      <p class="soft">
        Number and name have to claim each other; one half counts for nothing. Each half is a transaction.
      </p>
      <Text label="ENS name that the number claims" text={name} write={write} placeholder="alice.eth" />
      <div class="row ends">
        {link.canComplete && (
          <button
            type="button"
            class="button"
            onClick={() => wish({ kind: "ens-name", number, name: claimed })}
          >
            Let {claimed} claim the number
          </button>
        )}
        <button type="submit" class="button go" disabled={name.trim() === link.name}>
          {name.trim() === "" ? "Take the name away" : "Set the name"}
        </button>
      </div>
    </Card>
  );
}

/** Offering, changing the price, taking it back. */
export function SellForm({
  view: { number, price },
  wish,
  currency,
}: FormProps & { readonly currency: string }): JSX.Element {
  const [text, write] = useState(price === undefined ? "" : exactAmount(price, "").trim());
  const { run, said } = useWork();
  const offer = () => run(async () => wish({ kind: "list", number, price: parseAmount(text, currency) }));
  return (
    <Card title="Sell" submit={offer} said={said}>
      <Text label={`Price in ${currency}`} text={text} write={write} placeholder="0.25" />
      <div class="row ends">
        {price !== undefined && (
          <button type="button" class="button" onClick={() => wish({ kind: "cancel", number })}>
            Take it off the market
          </button>
        )}
        <button type="submit" class="button go">
          {price === undefined ? "Offer it" : "Change the price"}
        </button>
      </div>
    </Card>
  );
}

export function RecordsForm({ view: { number, records }, wish }: FormProps): JSX.Element {
  const [now, change] = useState<RecordsView>(records);
  const set = (part: Partial<RecordsView>) => change(before => ({ ...before, ...part }));
  return (
    <Card title="Records and policy" submit={() => wish({ kind: "records", number, records: now })}>
      <p class="soft">
        Everybody can read these. The chain keeps them for you; phones will heed who may ring, the bond and
        the routes with a later version.
      </p>
      <label>
        Who may ring
        <select
          class="field"
          value={String(now.callers)}
          onChange={event => set({ callers: Number(event.currentTarget.value) })}
        >
          {callers.map((who, place) => (
            <option key={who} value={String(place)}>
              {who}
            </option>
          ))}
        </select>
      </label>
      <Text
        label="Bond that a stranger posts to ring, in the coin's smallest unit"
        text={now.bond}
        write={bond => set({ bond })}
        placeholder="0"
      />
      <Text
        label="Where the public profile lies"
        text={now.profile}
        write={profile => set({ profile })}
        placeholder="https://… or ipfs://…"
      />
      <Text
        label="Where calls go when your phone does not take them"
        text={now.routes}
        write={routes => set({ routes })}
        placeholder="sip:desk@node.example"
      />
      <div class="row ends">
        <button type="submit" class="button go">
          Change the records
        </button>
      </div>
    </Card>
  );
}

export function TransferForm({ view: { number }, wish }: FormProps): JSX.Element {
  const [to, write] = useState("");
  return (
    <Card title="Give away" submit={() => wish({ kind: "transfer", number, to })}>
      <p class="soft">
        The account owns {formatNumber(number)} at once, and it cannot be taken back. Name, records and offer
        end.
      </p>
      <Text label="Account that gets the number" text={to} write={write} placeholder="0x…" />
      <div class="row ends">
        <button type="submit" class="button stop" disabled={to.trim() === ""}>
          Give it away…
        </button>
      </div>
    </Card>
  );
}

function Card(props: {
  readonly title: string;
  readonly submit: () => void;
  readonly said?: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <form
      class="card form"
      aria-label={props.title}
      onSubmit={event => {
        event.preventDefault();
        props.submit();
      }}
    >
      <h3>{props.title}</h3>
      {props.children}
      {props.said && (
        <p class="trouble" role="alert">
          {props.said}
        </p>
      )}
    </form>
  );
}

function Text(props: {
  readonly label: string;
  readonly text: string;
  readonly write: (text: string) => void;
  readonly placeholder: string;
}): JSX.Element {
  return (
    <label>
      {props.label}
      <input
        class="field"
        value={props.text}
        maxLength={1_024}
        autocomplete="off"
        spellcheck={false}
        placeholder={props.placeholder}
        onInput={event => props.write(event.currentTarget.value)}
      />
    </label>
  );
}
