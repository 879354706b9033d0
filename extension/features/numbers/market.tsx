import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { formatNumber, parseNumber } from "../../../protocol/number/number.ts";
import { useWork } from "../../ui/use-work.ts";
import { amountInWords } from "./amounts.ts";
import { useAsk } from "./use-ask.ts";
import { NumberRow, type NumbersView, Shown } from "./view.tsx";

/** Numbers that their owners offer, and the way to any number by its digits. */
export function Market({ bus, chain, version, news, wish, openNumber }: NumbersView): JSX.Element {
  const [text, write] = useState("");
  const { run, said } = useWork();
  const market = useAsk(() => bus.ask("numbers.market.read", { chain: chain.id }), [chain.id, version, news]);
  return (
    <div class="stack">
      <form
        class="card form"
        onSubmit={event => {
          event.preventDefault();
          run(async () => openNumber(parseNumber(text)));
        }}
      >
        <label>
          Look a number up
          <input
            class="field"
            value={text}
            maxLength={40}
            autocomplete="off"
            placeholder="+999 1234 5678"
            onInput={event => write(event.currentTarget.value)}
          />
        </label>
        {said && (
          <p class="trouble" role="alert">
            {said}
          </p>
        )}
        <div class="row ends">
          <button type="submit" class="button">
            Look up
          </button>
        </div>
      </form>
      <Shown asked={market} waiting="Looking for offers…">
        {({ numbers, isPartial }) => (
          <>
            {numbers.length === 0 && <p class="empty">Nobody offers a number on {chain.name} now.</p>}
            {numbers.length > 0 && (
              <ul class="list card" aria-label="For sale">
                {numbers.map(view => (
                  <NumberRow
                    key={view.number}
                    view={view}
                    currency={chain.currency}
                    open={() => openNumber(view.number)}
                  >
                    {!view.isMine && (
                      <button
                        type="button"
                        class="button go quiet"
                        aria-label={`Buy ${formatNumber(view.number)} for ${amountInWords(view.price ?? "0", chain.currency)}`}
                        onClick={() => wish({ kind: "buy", number: view.number })}
                      >
                        Buy
                      </button>
                    )}
                  </NumberRow>
                ))}
              </ul>
            )}
            {isPartial && (
              <p class="soft">Older offers are not in this list; look them up by their digits.</p>
            )}
          </>
        )}
      </Shown>
    </div>
  );
}
