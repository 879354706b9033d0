import type { Step, TimerEffect } from "../machine.ts";
import { toTag } from "./fields.ts";
import type { SipResponse } from "./message.ts";
import { sipTimers } from "./timers.ts";

/**
 * The dialogs that one INVITE of ours makes when a proxy forks it (RFC 3261 §13.2.2.4), each known by its To tag.
 * The dialogs themselves belong to the user; this machine says which of them a response is for, and which may stay.
 *
 *     ringing --2xx--> answered          one dialog is the call, any other that answers is released
 *        |                 |
 *        | 3xx-6xx, fail   | forks, 64*T1
 *        v                 v
 *      over <--------------+             early dialogs are dropped
 */
export type DialogForks = Ringing | Answered | Over;

interface Ringing {
  readonly name: "ringing";
  /** Tags of early dialogs. */
  readonly early: readonly string[];
}
interface Answered {
  readonly name: "answered";
  readonly early: readonly string[];
  /** Tags of dialogs that answered, the first of them the call. */
  readonly answered: readonly string[];
}
interface Over {
  readonly name: "over";
}

export type ForkEvent =
  /** Source: the INVITE's client transaction. Action: goes to its dialog, which it may have to make. */
  | { readonly type: "response"; readonly response: SipResponse }
  /** Source: the same, no answer at all. Action: early dialogs are dropped. */
  | { readonly type: "fail" }
  /** Source: the clock. Action: early dialogs that never answered are dropped. */
  | { readonly type: "timer"; readonly timer: "forks" };

export type ForkEffect =
  /** Make a dialog of this response (`openAsCaller`), and keep it under this tag. */
  | { readonly do: "open"; readonly tag: string; readonly response: SipResponse }
  /** Step the dialog of this tag by the response. */
  | { readonly do: "pass"; readonly tag: string; readonly response: SipResponse }
  /** Another answered first: step the dialog of this tag by `bye`, which sends its ACK as well. */
  | { readonly do: "release"; readonly tag: string }
  /** Forget the early dialog of this tag. */
  | { readonly do: "drop"; readonly tag: string }
  | TimerEffect<"forks">;

type ForkStep = Step<DialogForks, ForkEffect>;

const OVER: Over = { name: "over" };
const NOTHING: readonly ForkEffect[] = [];
/** More devices than any person has; what rings beyond is not shown, and still released when it answers. */
const MAX_EARLY = 64;

export function openForks(): DialogForks {
  return { name: "ringing", early: [] };
}

export function stepForks(forks: DialogForks, event: ForkEvent): ForkStep {
  switch (forks.name) {
    case "ringing":
      return whileRinging(forks, event);
    case "answered":
      return whileAnswered(forks, event);
    case "over":
      return [forks, NOTHING];
  }
}

function whileRinging(forks: Ringing, event: ForkEvent): ForkStep {
  switch (event.type) {
    case "response":
      return event.response.status >= 300 ? refused(forks, event.response) : rang(forks, event.response);
    case "fail":
      return [OVER, drop(forks.early)];
    case "timer":
      return [forks, NOTHING];
  }
}

function whileAnswered(forks: Answered, event: ForkEvent): ForkStep {
  switch (event.type) {
    case "response":
      return event.response.status >= 200 && event.response.status < 300
        ? answeredToo(forks, event.response)
        : [forks, NOTHING];
    case "fail":
      return [forks, NOTHING];
    case "timer":
      // "The UAC core considers the INVITE transaction completed 64*T1 seconds after the reception of the first 2xx
      // response. At this point all the early dialogs that have not transitioned ... are terminated."
      return [OVER, drop(forks.early)];
  }
}

function rang(forks: Ringing, response: SipResponse): ForkStep {
  const tag = toTag(response);
  if (tag === undefined) return [forks, NOTHING];
  const isNew = !forks.early.includes(tag);
  if (response.status >= 200) {
    return [
      { name: "answered", early: forks.early.filter(other => other !== tag), answered: [tag] },
      [...passed(tag, response, isNew), { do: "start-timer", timer: "forks", ms: sipTimers.giveUp }],
    ];
  }
  if (!isNew) return [forks, passed(tag, response, false)];
  if (forks.early.length >= MAX_EARLY) return [forks, NOTHING];
  return [{ ...forks, early: [...forks.early, tag] }, passed(tag, response, true)];
}

function answeredToo(forks: Answered, response: SipResponse): ForkStep {
  const tag = toTag(response);
  if (tag === undefined) return [forks, NOTHING];
  // Sent again: the dialog sends its ACK again.
  if (forks.answered.includes(tag)) return [forks, passed(tag, response, false)];
  const isNew = !forks.early.includes(tag);
  return [
    {
      ...forks,
      early: forks.early.filter(other => other !== tag),
      answered: [...forks.answered, tag],
    },
    [...passed(tag, response, isNew), { do: "release", tag }],
  ];
}

function refused(forks: Ringing, response: SipResponse): ForkStep {
  return [OVER, forks.early.map(tag => ({ do: "pass", tag, response }))];
}

function passed(tag: string, response: SipResponse, isNew: boolean): readonly ForkEffect[] {
  const pass: ForkEffect = { do: "pass", tag, response };
  return isNew ? [{ do: "open", tag, response }, pass] : [pass];
}

function drop(tags: readonly string[]): readonly ForkEffect[] {
  return tags.map(tag => ({ do: "drop", tag }));
}
