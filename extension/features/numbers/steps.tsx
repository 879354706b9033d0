import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Bus } from "../../../background/bus/bus.ts";
import { Confirm } from "../../ui/confirm.tsx";
import { durationInWords } from "../../ui/words.ts";
import type { StepStage, StepView } from "./model.ts";
import { isOver } from "./step-view.ts";

/** Steps as the phone tells them. */
export function useSteps(bus: Bus, failed: (error: unknown) => void): readonly StepView[] {
  const [steps, show] = useState<readonly StepView[]>([]);
  useEffect(() => {
    const stop = new AbortController();
    const read = () => void bus.ask("numbers.steps.read", null).then(show, failed);
    bus.listen("numbers.steps.changed", show, stop.signal);
    bus.listen("bus.owner.started", ({ owner }) => owner === "phone" && read(), stop.signal);
    read();
    return () => stop.abort();
  }, [bus]);
  return steps;
}

export interface StepsProps {
  readonly steps: readonly StepView[];
  readonly open: (step: StepView) => void;
  readonly forget: (step: StepView) => void;
}

const words: Readonly<Record<StepStage, string>> = {
  asked: "In the wallet",
  unsure: "Not known",
  sent: "Sent",
  waiting: "Waiting",
  ready: "Your turn",
  expired: "Expired",
  done: "Done",
  failed: "Failed",
  replaced: "Replaced",
  lost: "Dropped",
};

/** What is under way and what became of it, the newest first; of what is over only the newest takes room. */
export function Steps({ steps, open, forget }: StepsProps): JSX.Element | null {
  const now = useNow(steps.some(({ stage }) => stage === "waiting"));
  const [leaving, leave] = useState<StepView>();
  if (steps.length === 0) return null;
  const newest = steps.toReversed();
  const lately = newest.find(({ stage }) => isOver(stage));
  const earlier = newest.filter(step => isOver(step.stage) && step !== lately);
  const rows = (shown: readonly StepView[]) =>
    shown.map(step => (
      <Row
        key={step.id}
        {...{ step, now }}
        open={() => open(step)}
        leave={() => (isOver(step.stage) ? forget(step) : leave(step))}
      />
    ));
  return (
    <div class="stack">
      <ul class="list card steps" aria-label="Under way" aria-live="polite">
        {rows(newest.filter(step => !earlier.includes(step)))}
      </ul>
      {leaving && (
        <Confirm
          question={leavingInWords(leaving)}
          verb={leaveVerb(leaving.stage)}
          act={() => forget(leaving)}
          close={() => leave(undefined)}
        />
      )}
      {earlier.length > 0 && (
        <details class="card">
          <summary>
            {earlier.length} more {earlier.length === 1 ? "is" : "are"} over
          </summary>
          <ul class="list steps">{rows(earlier)}</ul>
        </details>
      )}
    </div>
  );
}

interface RowProps {
  readonly step: StepView;
  readonly now: number;
  readonly open: () => void;
  readonly leave: () => void;
}

function Row({ step, now, open, leave }: RowProps): JSX.Element {
  const verb = leaveVerb(step.stage);
  return (
    <li class="wide">
      <span class={`badge ${step.stage}`}>{words[step.stage]}</span>
      <div class="grow">
        <div>
          <b>{step.title}</b> <span class="soft">on {step.chainName}</span>
        </div>
        <p class="small">
          {step.said}
          {remaining(step, now)}
        </p>
        {step.hash && (
          <p class="soft small">
            Transaction <code>{step.hash}</code>
          </p>
        )}
      </div>
      {canOpen(step) && (
        <button type="button" class="button go" aria-label={`Finish: ${step.title}`} onClick={open}>
          Finish
        </button>
      )}
      {step.stage !== "asked" && (
        <button type="button" class="button quiet" aria-label={`${verb}: ${step.title}`} onClick={leave}>
          {verb}
        </button>
      )}
    </li>
  );
}

function leaveVerb(stage: StepStage): string {
  if (isOver(stage)) return "Clear";
  return stage === "waiting" || stage === "ready" ? "Give up" : "Forget";
}

function leavingInWords({ stage, title, until }: StepView): string {
  return stage === "waiting" || stage === "ready" || until !== undefined
    ? `Give up “${title}”? What opens the commitment is deleted here; the gas that it took is spent, and nothing else.`
    : `Take “${title}” off the list? What your wallet sent goes its way; it is only not looked after here any more.`;
}

/** A commitment that stands is opened; one whose opening came to nothing, once more. */
function canOpen({ stage, until }: StepView): boolean {
  if (stage === "ready") return true;
  return until !== undefined && ["unsure", "failed", "replaced", "lost"].includes(stage);
}

function remaining({ stage, opensAt }: StepView, now: number): string {
  if (stage !== "waiting" || opensAt === undefined) return "";
  return ` ${durationInWords(Math.max(opensAt - now, 0) + 999)} to go.`;
}

/** The time, once a second while somebody counts down. */
function useNow(isCounting: boolean): number {
  const [now, show] = useState(Date.now);
  useEffect(() => {
    if (!isCounting) return;
    show(Date.now());
    const timer = setInterval(() => show(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [isCounting]);
  return now;
}
