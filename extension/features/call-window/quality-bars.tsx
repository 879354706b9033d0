import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { CallMediaControls } from "../../../background/media/call-media.ts";
import type { Grade, Quality } from "../../../background/media/quality.ts";
import type { DialogTag } from "../../../protocol/ids.ts";

export interface QualityBarsProps {
  readonly media: CallMediaControls;
  readonly tag: DialogTag;
}

const lookMs = 2_000;

const words: Readonly<Record<Grade, string>> = {
  good: "Good connection",
  fair: "Some disturbance",
  poor: "Bad connection",
  none: "No sound arrives",
};

const bars: Readonly<Record<Grade, number>> = { good: 3, fair: 2, poor: 1, none: 0 };

/** How well they are heard: a word and bars; the figures are for whoever points at them. */
export function QualityBars({ media, tag }: QualityBarsProps): JSX.Element | null {
  const [quality, show] = useState<Quality>();
  useEffect(() => {
    let isCounting = false;
    const look = () => {
      media.readQuality(tag).then(
        seen => {
          // The first look only begins to count.
          if (isCounting) show(seen);
          isCounting = true;
        },
        // A connection that is closed while it is asked has no figures, and no window soon.
        () => show(undefined),
      );
    };
    look();
    const timer = setInterval(look, lookMs);
    return () => clearInterval(timer);
  }, [media, tag]);
  if (!quality) return null;
  const { grade } = quality;
  return (
    <span class={`quality ${grade}`} title={figures(quality)}>
      <span class="bars" aria-hidden="true">
        {[1, 2, 3].map(bar => (
          <span key={bar} class={bar <= bars[grade] ? "bar on" : "bar"} />
        ))}
      </span>
      {words[grade]}
    </span>
  );
}

function figures({ loss, jitterMs, roundTripMs }: Quality): string {
  const delay = roundTripMs === undefined ? "" : `, there and back ${Math.round(roundTripMs)} ms`;
  return `Lost ${(loss * 100).toFixed(1)} %, uneven by ${Math.round(jitterMs)} ms${delay}`;
}
