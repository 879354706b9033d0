import { formatNumber } from "../../protocol/number/number.ts";
import { people } from "../start/people.ts";
import { hears } from "./measure.ts";
import type { Play } from "./play.ts";
import { type Actor, find, isCall, openPopup, press, says, untilClosed } from "./stage.ts";

export interface Dialling {
  readonly from: Actor;
  readonly to: Actor;
  /** What is typed, on the dial pad or by the keyboard. */
  readonly text: string;
  /** What the caller's card is to say of the other side, and the other's of the caller. */
  readonly shown: string;
  readonly callerShown: string;
  readonly words: string;
}

/** The dial pad, with what the chain knows of people: a number. */
export async function dialByNumber(play: Play): Promise<void> {
  const { alice, bob, world } = play;
  const [alices, bobs] = people.map(person => world.residentOf(person));
  if (!alices || !bobs) throw new Error("Alice and Bob live on the chain");
  await dial(play, {
    from: alice,
    to: bob,
    text: formatNumber(bobs.number),
    shown: bobs.name,
    callerShown: formatNumber(alices.number),
    words: "Alice dials Bob's number",
  });
}

export async function dial({ report }: Play, dialling: Dialling): Promise<void> {
  const { from, to, text, shown, callerShown, words } = dialling;
  const popup = await openPopup(from);
  const field = await find(popup, "Whom to call", "textbox");
  if (text.startsWith("+")) for (const key of text.replace(/ /g, "")) await press(popup, key);
  else await field.type(text);
  await report.step(`${words}: ${text}.`, [{ who: from.person.name, page: popup }]);
  await press(popup, "Call");
  const [near, far] = await Promise.all([
    from.next("the window of the call", isCall),
    to.next("the window of the call that comes in", isCall),
  ]);
  await Promise.all([says(near, "Ringing"), says(near, shown)]);
  await Promise.all([says(far, "Proved."), says(far, callerShown)]);
  const shots = [
    { who: from.person.name, page: near },
    { who: to.person.name, page: far },
  ];
  await report.step("The chain says who that is; it rings, and both have proved who they are.", shots);
  await press(far, "Answer");
  const level = await hears(near, to.hertz, from.hertz);
  await press(near, "Hang up");
  await says(far, "They hung up.");
  await report.step("They talk, and hang up.", shots, [
    `${from.person.name} heard ${to.person.name}'s ${to.hertz} Hz at ${level} dB.`,
  ]);
  await Promise.all([untilClosed(near), untilClosed(far)]);
  await popup.close();
}
