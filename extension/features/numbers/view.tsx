import type { ComponentChildren, JSX } from "preact";
import type { Bus } from "../../../background/bus/bus.ts";
import { formatNumber, type NumberText } from "../../../protocol/number/number.ts";
import { amountInWords } from "./amounts.ts";
import type { NumberChain, NumberView, StepWish } from "./model.ts";
import { type Asked, useLong } from "./use-ask.ts";

/** What each part of the desk's numbers is given. */
export interface NumbersView {
  readonly bus: Bus;
  readonly chain: NumberChain;
  /** Changes when a step of this desk's has come to an end: then everything is read anew. */
  readonly version: string;
  /** Changes when somebody else, or the chain itself, has changed something. */
  readonly news: number;
  /** Shows what it would do and cost, and asks the wallet then. */
  readonly wish: (wish: StepWish) => void;
  readonly openNumber: (number: NumberText) => void;
}

/** What was asked for, or why it is not there. */
export function Shown<T>(props: {
  readonly asked: Asked<T>;
  readonly waiting: string;
  readonly children: (value: T) => ComponentChildren;
}): JSX.Element {
  const { value, isLooking, said, again } = props.asked;
  const isSlow = useLong(isLooking);
  return (
    <>
      {said && (
        <div class="trouble" role="alert">
          <div class="row">
            <span class="grow">{said}</span>
            <button type="button" class="button quiet" disabled={isLooking} onClick={again}>
              Look again
            </button>
          </div>
        </div>
      )}
      {isLooking && (value === undefined || isSlow) && (
        <p class="soft" role="status">
          {props.waiting}
        </p>
      )}
      {value !== undefined && props.children(value)}
    </>
  );
}

/** A number in a list, with the way to all about it. */
export function NumberRow(props: {
  readonly view: NumberView;
  readonly currency: string;
  readonly open: () => void;
  readonly children?: ComponentChildren;
}): JSX.Element {
  const { number, name, price, isMine } = props.view;
  const written = formatNumber(number);
  return (
    <li class="wide">
      <div class="grow">
        <div class="number-text">{written}</div>
        <div class="soft small">
          {[
            isMine && name && `claims ${name}`,
            price !== undefined && `for sale: ${amountInWords(price, props.currency)}`,
            price !== undefined && isMine && "yours",
          ]
            .filter(Boolean)
            .join(" · ") || (isMine ? "no name yet" : "not for sale")}
        </div>
      </div>
      {props.children}
      <button type="button" class="button quiet" onClick={props.open} aria-label={`All about ${written}`}>
        About
      </button>
    </li>
  );
}
