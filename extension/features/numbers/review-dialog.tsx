import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Bus } from "../../../background/bus/bus.ts";
import { errorInWords, shortAddress } from "../../ui/words.ts";
import { amountInWords, exactAmount } from "./amounts.ts";
import { type AskStep, askWallet, type FindWallets, type WalletChoice } from "./ask-wallet.ts";
import type { Review, StepWish } from "./model.ts";
import { useAsk, useRetry } from "./use-ask.ts";
import { Shown } from "./view.tsx";

export interface ReviewDialogProps {
  readonly bus: Bus;
  readonly chain: number;
  readonly wish: StepWish;
  readonly findWallets: FindWallets;
  readonly close: () => void;
}

/** What is going to be asked of the wallet, in words and with its costs; then the wallet is asked. */
export function ReviewDialog(props: ReviewDialogProps): JSX.Element {
  const { bus, chain, wish, close } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const review = useAsk(() => bus.ask("numbers.step.prepare", { chain, wish }), []);
  useRetry(review.again, review.value?.isPassing === true && !review.isLooking);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  // Closed by itself it gives the focus back to what was pressed.
  const leave = () => dialog.current?.close();
  return (
    <dialog ref={dialog} class="review" aria-label="Before your wallet asks" onClose={close}>
      <div class="stack">
        <Shown asked={review} waiting="Trying it, and counting the costs…">
          {value => (
            <>
              <About review={value} />
              {value.blocked !== undefined && (
                <p class="trouble" role="alert">
                  {value.blocked}
                </p>
              )}
              {value.blocked === undefined && (
                <Asking {...props} close={leave} review={value} again={review.again} />
              )}
            </>
          )}
        </Shown>
        <div class="row ends">
          {review.value?.blocked && !review.said && (
            <button type="button" class="button" onClick={review.again}>
              Look again
            </button>
          )}
          <button type="button" class="button" onClick={leave}>
            Close
          </button>
        </div>
      </div>
    </dialog>
  );
}

function About({ review }: { readonly review: Review }): JSX.Element {
  const { title, does, chain, call, costs } = review;
  const { pays, gas, later, isTried, balance } = costs;
  const total = [pays, gas, later?.pays ?? "0", later?.gas ?? "0"].reduce(
    (sum, part) => sum + BigInt(part),
    0n,
  );
  return (
    <>
      <h2>{title}</h2>
      {does.map(sentence => (
        <p key={sentence}>{sentence}</p>
      ))}
      <table>
        <tbody>
          <Cost label="You pay now" amount={exactAmount(pays, chain.currency)} />
          <Cost
            label={isTried ? "Gas, as tried just now" : "Gas, from experience"}
            amount={`about ${amountInWords(gas, chain.currency)}`}
          />
          {later && (
            <Cost label="Later, to finish: the fee" amount={exactAmount(later.pays, chain.currency)} />
          )}
          {later && (
            <Cost
              label="Later, to finish: gas"
              amount={`about ${amountInWords(later.gas, chain.currency)}`}
            />
          )}
          <Cost label="In all" amount={`about ${amountInWords(String(total), chain.currency)}`} />
          <Cost label={`Your account has on ${chain.name}`} amount={amountInWords(balance, chain.currency)} />
        </tbody>
      </table>
      <details>
        <summary>What the wallet will show</summary>
        <p>
          A transaction on {chain.name} (chain {chain.id}) from <code>{call.from}</code> to{" "}
          <code>{call.to}</code>, with {exactAmount(call.value, chain.currency)} and data that begins with{" "}
          <code>{call.data.slice(0, 10)}</code>. Where the wallet shows another receiver or amount, say no.
        </p>
      </details>
    </>
  );
}

function Cost({ label, amount }: { readonly label: string; readonly amount: string }): JSX.Element {
  return (
    <tr>
      <th scope="row">{label}</th>
      <td>{amount}</td>
    </tr>
  );
}

interface AskingProps extends ReviewDialogProps {
  readonly review: Review;
  /** Looks at everything anew: what was reviewed is asked once. */
  readonly again: () => void;
}

interface Progress {
  readonly choice: WalletChoice;
  readonly step: AskStep;
  readonly stop: AbortController;
}

function Asking({ bus, review, findWallets, close, again }: AskingProps): JSX.Element {
  const [progress, show] = useState<Progress>();
  const [said, say] = useState("");
  const life = useRef(new AbortController());
  const found = useAsk(() => findWallets(life.current.signal), []);
  // A wallet that was asleep may have taken too long to say that it is there.
  useRetry(found.again, found.value?.choices.length === 0 && !found.isLooking);
  useEffect(() => () => life.current.abort(), []);

  const ask = async (choice: WalletChoice) => {
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, life.current.signal]);
    const step = (next: AskStep) => show({ choice, step: next, stop });
    say("");
    step("accounts");
    try {
      const wallet = await choice.open(signal);
      await askWallet({ wallet, review, bus, step, signal });
      close();
    } catch (error) {
      if (life.current.signal.aborted) return;
      show(undefined);
      if (error === signal.reason) return close();
      say(errorInWords(error));
      again();
    }
  };

  return (
    <>
      {said && (
        <p class="trouble" role="alert">
          {said}
        </p>
      )}
      {progress ? (
        <div class="said" role="status">
          <p>{stepInWords(progress, review)}</p>
          <button type="button" class="button" onClick={() => progress.stop.abort()}>
            Stop waiting
          </button>
        </div>
      ) : (
        <Shown asked={found} waiting="Looking for wallets…">
          {({ choices, late }) => (
            <>
              {choices.length === 0 && (
                <p class="trouble">
                  No wallet was found. Install one, or open a page in which your wallet works and switch
                  Etherlynk on there. It is looked for again by itself.
                </p>
              )}
              {choices.map(choice => (
                <div key={choice.key} class="row spread">
                  <p class="grow">
                    <b>{choice.about.way === "page" ? `“${choice.about.name}”` : choice.about.name}</b>
                    {choice.about.way === "page" &&
                      ", which goes through a page: use it only where you trust it,"}{" "}
                    will name <code>{choice.about.shownOrigin}</code> as the one who asks.
                    {choice.about.isLocked && " It is locked, and will ask for its password first."}
                  </p>
                  <button
                    type="button"
                    class="button go"
                    aria-label={`Ask ${choice.about.name}, by ${choice.about.shownOrigin}`}
                    onClick={() => void ask(choice)}
                  >
                    Ask {choice.about.name}
                  </button>
                </div>
              ))}
              {late.map(origin => (
                <p key={origin} class="soft">
                  <b>{origin}</b> was open before Etherlynk was switched on there. Reload it to use its
                  wallets.
                </p>
              ))}
            </>
          )}
        </Shown>
      )}
    </>
  );
}

function stepInWords({ choice, step }: Progress, { chain, call }: Review): string {
  const { name, shownOrigin } = choice.about;
  switch (step) {
    case "accounts":
      return `${name} may open a window. There ${shownOrigin} asks to see your account: choose ${shortAddress(call.from)}, and say yes.`;
    case "chain":
      return `${name} is on another chain. In its window, let it change to ${chain.name} (chain ${chain.id}).`;
    case "send":
      return `${name} opens a window with the transaction: ${exactAmount(call.value, chain.currency)} to ${shortAddress(call.to)}. Compare, and say yes there. Nothing is sent before.`;
  }
}
