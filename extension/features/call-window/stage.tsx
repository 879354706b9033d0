import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { CallView } from "../../../background/bus/phone-contract.ts";
import { durationInWords, stageInWords } from "../../ui/words.ts";

/** Where one sees the other side, and oneself; the two videos are the media's to fill. */
export function Stage({ call }: { readonly call: CallView }): JSX.Element {
  const { stage, direction, said, since } = call;
  return (
    <section class="stage" aria-label="Video">
      <video id="their-video" autoplay playsInline />
      <video id="own-video" autoplay playsInline muted />
      <p class="state" role="status">
        <span>{said ?? stageInWords(stage, direction === "incoming")}</span>
        {since !== undefined && stage !== "ended" && <Time since={since} />}
      </p>
    </section>
  );
}

function Time({ since }: { readonly since: number }): JSX.Element {
  const [now, tick] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => tick(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  // A clock that speaks each second would drown a screen reader.
  return (
    <span class="time" aria-hidden="true">
      {durationInWords(now - since)}
    </span>
  );
}
