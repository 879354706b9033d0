import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { formatNumber, type NumberText } from "../../../protocol/number/number.ts";
import { useWork } from "../../ui/use-work.ts";
import { amountInWords } from "./amounts.ts";
import type { FreeNumber, FreeView, TermsView } from "./model.ts";
import { type NiceKind, type NiceWish, numberLengths } from "./nice.ts";
import { useAsk } from "./use-ask.ts";
import { NumberRow, type NumbersView, Shown } from "./view.tsx";

const kinds: Readonly<Record<NiceKind, string>> = {
  repeated: "repeated digits",
  mirrored: "the same from both ends",
  counting: "counting up or down",
};

/** Looks for free numbers, nice ones first, and claims one or several at once. */
export function Claim(view: NumbersView): JSX.Element {
  const { bus, chain, version, news, wish } = view;
  const [found, show] = useState<FreeView>();
  const [chosen, choose] = useState<readonly FreeNumber[]>([]);
  const [isLooking, look] = useState(false);
  const { run, said } = useWork();
  const terms = useAsk(() => bus.ask("numbers.terms.read", { chain: chain.id }), [chain.id, version, news]);
  // What was chosen is under way, or free no more.
  useEffect(() => {
    choose([]);
    show(undefined);
  }, [version]);
  const find = (wanted: NiceWish) =>
    run(async () => {
      look(true);
      choose([]);
      try {
        show(await bus.ask("numbers.free.find", { chain: chain.id, wish: wanted }));
      } finally {
        look(false);
      }
    });
  const toggle = (one: FreeNumber) =>
    choose(now => (now.some(same(one)) ? now.filter(other => !same(one)(other)) : [...now, one]));
  return (
    <div class="stack">
      <SearchForm find={find} isLooking={isLooking} />
      {said && (
        <p class="trouble" role="alert">
          {said}
        </p>
      )}
      <p role="status" class="soft">
        {isLooking ? "Looking…" : found && foundInWords(found)}
      </p>
      {found?.taken && (
        <ul class="list card" aria-label="Somebody's already">
          <NumberRow
            view={found.taken}
            currency={chain.currency}
            open={() => view.openNumber(found.taken?.number ?? "+9990000")}
          />
        </ul>
      )}
      {found && found.free.length > 0 && (
        <Free free={found.free} chosen={chosen} toggle={toggle} currency={chain.currency} />
      )}
      {chosen.length > 0 && (
        <button
          type="button"
          class="button go"
          onClick={() => wish({ kind: "claim", numbers: chosen.map(({ number }) => number) })}
        >
          Claim {chosen.length === 1 ? writtenOf(chosen[0]) : `${chosen.length} numbers`} for{" "}
          {amountInWords(String(chosen.reduce((sum, { fee }) => sum + BigInt(fee), 0n)), chain.currency)}
        </button>
      )}
      <Shown asked={terms} waiting="Asking what numbers cost…">
        {value => <Fees terms={value} currency={chain.currency} />}
      </Shown>
    </div>
  );
}

function SearchForm(props: {
  readonly find: (wish: NiceWish) => void;
  readonly isLooking: boolean;
}): JSX.Element {
  const [text, write] = useState("");
  const [length, measure] = useState("");
  const [kind, prefer] = useState<NiceKind>("repeated");
  return (
    <form
      class="card form"
      onSubmit={event => {
        event.preventDefault();
        props.find({ text, kind, ...(length !== "" && { length: Number(length) }) });
      }}
    >
      <label>
        Digits, a word, or a whole number (+999 …); empty for any nice ones
        <input
          class="field"
          value={text}
          maxLength={40}
          autocomplete="off"
          spellcheck={false}
          placeholder="HELLO"
          onInput={event => write(event.currentTarget.value)}
        />
      </label>
      <div class="columns">
        <label>
          Digits behind +999
          <select class="field" value={length} onChange={event => measure(event.currentTarget.value)}>
            <option value="">any</option>
            {numberLengths.map(each => (
              <option key={each} value={String(each)}>
                {each}
              </option>
            ))}
          </select>
        </label>
        <label>
          Nice by
          <select
            class="field"
            value={kind}
            disabled={text.trim() !== ""}
            onChange={event => prefer(event.currentTarget.value as NiceKind)}
          >
            {Object.entries(kinds).map(([name, words]) => (
              <option key={name} value={name}>
                {words}
              </option>
            ))}
          </select>
        </label>
      </div>
      <div class="row ends">
        <button type="submit" class="button go" disabled={props.isLooking}>
          Find free numbers
        </button>
      </div>
    </form>
  );
}

function Free(props: {
  readonly free: readonly FreeNumber[];
  readonly chosen: readonly FreeNumber[];
  readonly toggle: (one: FreeNumber) => void;
  readonly currency: string;
}): JSX.Element {
  return (
    <fieldset class="free">
      <legend>Free: choose what to claim</legend>
      {props.free.map(one => (
        <label key={one.number} class="card free-one">
          <input type="checkbox" checked={props.chosen.some(same(one))} onChange={() => props.toggle(one)} />
          <span class="grow">
            <span class="number-text">{formatNumber(one.number)}</span>
            <span class="soft small">
              {one.why} · {amountInWords(one.fee, props.currency)}
            </span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function Fees({ terms, currency }: { readonly terms: TermsView; readonly currency: string }): JSX.Element {
  return (
    <details class="card">
      <summary>What numbers cost, and how a claim goes</summary>
      <p>
        A claim takes two transactions, at least {waitInWords(terms.minCommitSeconds)} apart: the first hides
        which number you want, so that nobody can be faster; the second pays the fee. The fee is paid once.
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">Digits</th>
            <th scope="col">Fee</th>
          </tr>
        </thead>
        <tbody>
          {terms.fees.map((fee, at) => (
            <tr key={numberLengths[at]}>
              <td>{numberLengths[at]}</td>
              <td>{amountInWords(fee, currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function foundInWords({ free, taken, looked }: FreeView): string {
  if (taken) return "This number is somebody's already.";
  if (looked === 0) return "No number is written like this. Use digits, or letters from A to Z.";
  return free.length === 0
    ? `None of ${looked} that were looked at is free. Try others.`
    : `${free.length} free.`;
}

function waitInWords(seconds: number): string {
  if (seconds < 120) return `${seconds} second${seconds === 1 ? "" : "s"}`;
  return `${Math.ceil(seconds / 60)} minutes`;
}

function same(one: FreeNumber): (other: FreeNumber) => boolean {
  return other => other.number === one.number;
}

function writtenOf(one: { readonly number: NumberText } | undefined): string {
  return one ? formatNumber(one.number) : "";
}
