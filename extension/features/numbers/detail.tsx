import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { formatNumber, type NumberText } from "../../../protocol/number/number.ts";
import { amountInWords, exactAmount } from "./amounts.ts";
import { LinkForm, RecordsForm, SellForm, TransferForm } from "./forms.tsx";
import { callers, type NumberDetail } from "./model.ts";
import { useAsk } from "./use-ask.ts";
import { type NumbersView, Shown } from "./view.tsx";

/** All about one number, and all that its owner can do with it. */
export function Detail(
  props: NumbersView & { readonly number: NumberText; readonly close: () => void },
): JSX.Element {
  const { bus, chain, version, news, number, close } = props;
  const heading = useRef<HTMLHeadingElement>(null);
  const detail = useAsk(
    () => bus.ask("numbers.number.read", { chain: chain.id, number }),
    [chain.id, version, news, number],
  );
  // Who came here by keyboard goes on from here.
  useEffect(() => heading.current?.focus(), [number]);
  return (
    <section class="stack detail" aria-labelledby="number-heading">
      <div class="row">
        <button type="button" class="button quiet" onClick={close}>
          Back
        </button>
        <h2 id="number-heading" tabIndex={-1} ref={heading}>
          {formatNumber(number)}
        </h2>
        <span class="badge">{chain.name}</span>
      </div>
      <Shown asked={detail} waiting="Reading the number…">
        {view => (
          <>
            <About view={view} chain={chain} />
            {view.isMine ? <Owned {...props} view={view} /> : <Foreign {...props} view={view} />}
          </>
        )}
      </Shown>
      <History {...props} />
    </section>
  );
}

interface AboutProps {
  readonly view: NumberDetail;
  readonly chain: NumbersView["chain"];
}

function About({ view, chain }: AboutProps): JSX.Element {
  const { number, owner, isMine, epoch, changedHands, price, records, link, picture } = view;
  const isClaimed = epoch > 0;
  return (
    <div class="card about">
      {picture && (
        <img src={picture} width="160" height="160" alt={`${formatNumber(number)}, as the chain draws it`} />
      )}
      <dl class="grow">
        <dt>Owner</dt>
        <dd>{ownerInWords(isClaimed, isMine, owner)}</dd>
        <dt>Chain</dt>
        <dd>It is a number of {chain.name}, and of no other chain.</dd>
        {isClaimed && (
          <>
            <dt>Name</dt>
            <dd>
              <span class={`badge ${link.state}`}>
                {{ none: "No name", half: "Half a link", linked: "Linked", unknown: "Not known" }[link.state]}
              </span>{" "}
              {link.said}
            </dd>
            <dt>For sale</dt>
            <dd>{price === undefined ? "No" : `For ${exactAmount(price, chain.currency)}`}</dd>
            <dt>Who may ring</dt>
            <dd>
              {callers[records.callers] ?? "not known"}
              {records.bond !== "0" && `; strangers post a bond of ${records.bond}`}
            </dd>
            <dt>Changed hands</dt>
            <dd>
              {changedHands === undefined
                ? "Never since it was claimed"
                : changesInWords(epoch - 1, changedHands)}
            </dd>
          </>
        )}
      </dl>
    </div>
  );
}

function ownerInWords(isClaimed: boolean, isMine: boolean, owner: string): string {
  if (!isClaimed) return "Nobody yet: it is free.";
  return isMine ? "You" : owner;
}

function changesInWords(count: number, last: number): string {
  const on = new Date(last).toLocaleString();
  return count === 1 ? `Once, on ${on}` : `${count} times, last on ${on}`;
}

type DetailProps = NumbersView & { readonly view: NumberDetail };

function Owned(props: DetailProps): JSX.Element {
  const { view, chain, wish } = props;
  return (
    <>
      <LinkForm key={`name ${view.link.name}`} view={view} wish={wish} />
      <SellForm key={`price ${view.price}`} view={view} wish={wish} currency={chain.currency} />
      <RecordsForm key={JSON.stringify(view.records)} view={view} wish={wish} />
      <TransferForm view={view} wish={wish} />
    </>
  );
}

function Foreign({ view, chain, wish }: DetailProps): JSX.Element | null {
  const { number, price, epoch } = view;
  if (epoch === 0) {
    return (
      <div class="row">
        <button type="button" class="button go" onClick={() => wish({ kind: "claim", numbers: [number] })}>
          Claim it
        </button>
      </div>
    );
  }
  if (price === undefined) return null;
  return (
    <div class="row">
      <button type="button" class="button go" onClick={() => wish({ kind: "buy", number })}>
        Buy it for {amountInWords(price, chain.currency)}
      </button>
    </div>
  );
}

function History({
  bus,
  chain,
  number,
  version,
  news,
}: NumbersView & { readonly number: NumberText }): JSX.Element {
  const history = useAsk(
    () => bus.ask("numbers.history.read", { chain: chain.id, number }),
    [chain.id, version, news, number],
  );
  return (
    <section class="card stack">
      <h3>History</h3>
      <Shown asked={history} waiting="Reading what happened…">
        {({ events, isPartial }) => (
          <>
            {events.length === 0 && <p class="soft">Nothing has happened to it yet.</p>}
            <ul class="list">
              {events.map(({ said, at, block, transaction }) => (
                <li key={`${transaction}${said}`} class="wide">
                  <span class="grow">{said}</span>
                  <span class="soft small">
                    {new Date(at).toLocaleString()} · block {block}
                  </span>
                </li>
              ))}
            </ul>
            {isPartial && <p class="soft">Older events are not shown.</p>}
          </>
        )}
      </Shown>
    </section>
  );
}
