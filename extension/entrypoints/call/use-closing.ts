import { useEffect, useState } from "preact/hooks";
import type { CallView } from "../../../background/bus/phone-contract.ts";

/** A talk that ended as talks do leaves nothing to be read. */
const closesAfterMs = 4_000;
const lookMs = 500;

/** Closes the window some time after its talk has ended, unless somebody still does something in it. */
export function useClosing(call: CallView | undefined): void {
  const [wasTalking, talked] = useState(false);
  const stage = call?.stage;
  const goesOn = call?.goesOnIn !== undefined;
  useEffect(() => {
    if (stage === "talking") talked(true);
    if (stage === "ended" && goesOn) window.close();
    if (stage !== "ended" || !wasTalking) return;
    const stop = new AbortController();
    closeUnattended(stop.signal);
    return () => stop.abort();
  }, [stage, wasTalking, goesOn]);
}

/** The time begins anew as long as somebody is there. */
function closeUnattended(signal: AbortSignal): void {
  const isPointedAt = watchPointer(signal);
  let leftMs = closesAfterMs;
  const timer = setInterval(() => {
    leftMs = isPointedAt() || isBeingUsed() ? closesAfterMs : leftMs - lookMs;
    if (leftMs <= 0) window.close();
  }, lookMs);
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
}

/** A pointer that lies where it hung up says nothing; one that has moved since means to do something. */
function watchPointer(signal: AbortSignal): () => boolean {
  let isIn = false;
  const root = document.documentElement;
  root.addEventListener(
    "pointermove",
    ({ movementX, movementY }) => {
      isIn ||= movementX !== 0 || movementY !== 0;
    },
    { signal },
  );
  root.addEventListener(
    "pointerleave",
    () => {
      isIn = false;
    },
    { signal },
  );
  return () => isIn;
}

/** A form or a question is open, or the keyboard has brought the focus to a button. */
function isBeingUsed(): boolean {
  if (document.querySelector("form, [role='alertdialog']")) return true;
  return document.activeElement?.matches(":is(button, summary, input, a):focus-visible") ?? false;
}
