import { measure } from "./measure.ts";
import type { Play } from "./play.ts";
import { press, says, untilClosed } from "./stage.ts";

const isCall = (url: string) => url.startsWith("chrome-extension://") && url.includes("/call.html");
const isWelcome = (url: string) => url.includes("/welcome.html");
const longestMs = 30_000;
const audible = -60;

/** The machine at `echo@` says a sentence, then gives back what it hears. */
export async function talkToEcho({ report, alice }: Play): Promise<void> {
  const welcome = (await alice.browser.pages()).find(page => isWelcome(page.url()));
  if (!welcome) throw new Error("Alice's welcome page is gone");
  await press(welcome, "Call the echo");
  const window = await alice.next("the window of the test call", isCall);
  await says(window, "Talking");
  await report.step("Alice makes a test call: the echo answers.", [{ who: "Alice", page: window }]);

  // Its sentence comes first; then her own beeps come back.
  const until = performance.now() + longestMs;
  let heard = -200;
  while (heard < audible) {
    if (performance.now() > until)
      throw new Error(`The echo gives nothing back: ${heard} dB at ${alice.hertz} Hz`);
    heard = (await measure(window, [alice.hertz])).decibels[0] ?? -200;
  }
  await press(window, "Hang up");
  await report.step(
    "It gives back what she says, and she hangs up.",
    [{ who: "Alice", page: window }],
    [`Her own ${alice.hertz} Hz came back at ${heard} dB.`],
  );
  await untilClosed(window);
}
