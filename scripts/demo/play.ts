import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Person, people } from "../start/people.ts";
import { openProfile } from "../start/profiles.ts";
import type { Things } from "../start/things.ts";
import type { World } from "../start/world.ts";
import { callAboutOrder } from "./call-about-order.ts";
import { dialByNumber } from "./dial-by-chain.ts";
import { type FakeMedia, writeFakeMedia } from "./fake-media.ts";
import { createReport, type Report } from "./report.ts";
import { setUp } from "./set-up.ts";
import { type Actor, createActor, type Scheme } from "./stage.ts";
import { talkToEcho } from "./talk-to-echo.ts";
import { tradeNumber } from "./trade-number.ts";

const folder = join(import.meta.dirname, "../../.output/demo");

const media: Readonly<Record<Person["name"], FakeMedia>> = {
  Alice: { hertz: 440, colour: [110, 150, 90] },
  Bob: { hertz: 1_000, colour: [120, 100, 170] },
};
/** Both looks of everything are in the report. */
const schemes: Readonly<Record<Person["name"], Scheme>> = { Alice: "light", Bob: "dark" };

/** One run: who acts, where, and what is written about it. */
export interface Play {
  readonly world: World;
  readonly report: Report;
  readonly alice: Actor;
  readonly bob: Actor;
}

/**
 * Two people from nothing to calls, and the sale of a number, through nothing but what they see. Its report is written whether it
 * works or not.
 *
 * @throws with what did not come true
 */
export async function playDemo(world: World, things: Things): Promise<void> {
  const report = createReport(folder);
  const actors: Actor[] = [];
  console.log("Opening two browsers…");
  try {
    for (const person of people) actors.push(await openActor(person, world, things));
    const [first, second] = actors;
    if (!first || !second) throw new Error("The play has two people");
    const play: Play = { world, report, alice: first, bob: second };
    console.log("A scripted call:");
    await setUp(play);
    await talkToEcho(play);
    await callAboutOrder(play);
    await dialByNumber(play);
    await tradeNumber(play);
  } catch (error) {
    const pages = await Promise.all(
      actors.map(async actor => ({ actor, pages: await actor.browser.pages() })),
    );
    const shots = pages.flatMap(({ actor, pages: open }) =>
      open.map((page, place) => ({ who: `${actor.person.name} ${place + 1}`, page })),
    );
    await report.fail(error instanceof Error ? error.message : String(error), shots);
    throw new Error("The call did not come about.", { cause: error });
  } finally {
    console.log(`Pictures and report: ${report.write()}`);
  }
}

async function openActor(person: Person, world: World, things: Things): Promise<Actor> {
  const name = person.name.toLowerCase();
  const profile = join(folder, "profiles", name);
  rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
  mkdirSync(profile, { recursive: true });
  const args = writeFakeMedia(join(folder, "media"), name, media[person.name]);
  const browser = await openProfile(person, profile, {
    extensions: [world.phone, world.walletOf(person)],
    isShown: false,
    realMedia: false,
    args,
    things,
  });
  return createActor(browser, {
    person,
    hertz: media[person.name].hertz,
    scheme: schemes[person.name],
  });
}
