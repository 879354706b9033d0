import type { Page } from "puppeteer";
import { measure } from "./measure.ts";
import type { Play } from "./play.ts";
import { findWelcome, isCall, press, says, untilClosed } from "./stage.ts";

/** In hertz: where a voice is, and neither Alice's beeps nor the echo's tone are. */
const voice = [150, 200, 250, 300, 600, 700];
const longestMs = 30_000;
const audible = -60;

/** The machine at `echo@` says a sentence, then gives back what it hears. */
export async function talkToEcho({ report, alice }: Play): Promise<void> {
  await press(await findWelcome(alice), "Call the echo");
  const window = await alice.next("the window of the test call", isCall);
  await says(window, "Talking");
  const spoken = await loudest(window, voice);
  await report.step(
    "Alice makes a test call: the echo answers, and says its sentence.",
    [{ who: "Alice", page: window }],
    [`A voice at ${spoken} dB.`],
  );
  const heard = await loudest(window, [alice.hertz]);
  await press(window, "Hang up");
  await report.step(
    "It gives back what she says, and she hangs up.",
    [{ who: "Alice", page: window }],
    [`Her own ${alice.hertz} Hz came back at ${heard} dB.`],
  );
  await untilClosed(window);
}

/** As soon as one of them is heard. */
async function loudest(window: Page, hertz: readonly number[]): Promise<number> {
  const until = performance.now() + longestMs;
  for (;;) {
    const heard = Math.max(...(await measure(window, hertz)).decibels);
    if (heard > audible) return heard;
    if (performance.now() > until) throw new Error(`The echo is not heard: ${heard} dB at ${hertz} Hz`);
  }
}
