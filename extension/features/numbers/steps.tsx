import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Bus } from "../../../background/bus/bus.ts";
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

/** What is under way and what became of it, the newest first. */
export function Steps({ steps, open, forget }: StepsProps): JSX.Element | null {
  const now = useNow(steps.some(({ stage }) => stage === "waiting"));
  if (steps.length === 0) return null;
  return (
    <ul class="list card steps" aria-label="Under way" aria-live="polite">
      {steps.toReversed().map(step => (
        <li key={step.id} class="wide">
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
            <button
              type="button"
              class="button go"
              aria-label={`Finish: ${step.title}`}
              onClick={() => open(step)}
            >
              Finish
            </button>
          )}
          {(isOver(step.stage) || canGiveUp(step.stage)) && (
            <button
              type="button"
              class="button quiet"
              aria-label={`${isOver(step.stage) ? "Clear" : "Give up"}: ${step.title}`}
              onClick={() => forget(step)}
            >
              {isOver(step.stage) ? "Clear" : "Give up"}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

/** A commitment that stands is opened; one whose opening came to nothing, once more. */
function canOpen({ stage, until }: StepView): boolean {
  if (stage === "ready") return true;
  return until !== undefined && ["unsure", "failed", "replaced", "lost"].includes(stage);
}

function canGiveUp(stage: StepStage): boolean {
  return ["unsure", "lost", "waiting", "ready"].includes(stage);
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
