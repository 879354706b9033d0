import type { JSX } from "preact";
import { amountInWords, exactAmount } from "./amounts.ts";
import { useAsk } from "./use-ask.ts";
import { NumberRow, type NumbersView, Shown } from "./view.tsx";

/** The account's numbers, and what its sales earned. */
export function Mine({ bus, chain, version, news, wish, openNumber }: NumbersView): JSX.Element {
  const read = () =>
    Promise.all([
      bus.ask("numbers.mine.read", { chain: chain.id }),
      bus.ask("numbers.terms.read", { chain: chain.id }),
    ]);
  return (
    <div class="stack">
      <Shown asked={useAsk(read, [chain.id, version, news])} waiting="Looking for your numbers…">
        {([{ numbers, missing }, { balance, credit }]) => (
          <>
            {numbers.length === 0 && missing === 0 && (
              <p class="empty">You have no number on {chain.name} yet. Claim a free one, or buy one.</p>
            )}
            {numbers.length > 0 && (
              <ul class="list card" aria-label="Your numbers">
                {numbers.map(view => (
                  <NumberRow
                    key={view.number}
                    view={view}
                    currency={chain.currency}
                    open={() => openNumber(view.number)}
                  />
                ))}
              </ul>
            )}
            {missing > 0 && (
              <p class="said">
                The chain counts {missing} more for you that were not found. Look them up under “Market” by
                their digits.
              </p>
            )}
            <div class="card row spread">
              <p>
                Your account has {amountInWords(balance, chain.currency)} on {chain.name}.
                {credit !== "0" &&
                  ` Sales earned you ${exactAmount(credit, chain.currency)} that wait to be taken out.`}
              </p>
              {credit !== "0" && (
                <button type="button" class="button" onClick={() => wish({ kind: "withdraw" })}>
                  Take earnings out
                </button>
              )}
            </div>
          </>
        )}
      </Shown>
    </div>
  );
}
