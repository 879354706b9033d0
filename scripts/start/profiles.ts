import { mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Browser } from "puppeteer";
import { launchBrowser } from "../browser.ts";
import { type Person, people } from "./people.ts";
import type { Things } from "./things.ts";
import type { World } from "./world.ts";

export interface ProfileOptions {
  readonly extensions: readonly string[];
  readonly isShown: boolean;
  readonly realMedia: boolean;
  /** Of the command line. */
  readonly args?: readonly string[];
}

const root = join(import.meta.dirname, "../..");
const windowSize = { width: 760, height: 900 } as const;
const patienceMs = 15_000;

export interface ForPeople {
  readonly fresh: boolean;
  readonly fakeMedia: boolean;
  /** Of the profiles. */
  readonly folder: string | undefined;
  readonly things: Things;
}

/** A browser for each of the two, with the DApp in it; profiles stay from run to run. */
export async function openForPeople(world: World, wish: ForPeople): Promise<void> {
  const { fresh, fakeMedia, things } = wish;
  console.log("Opening two browsers…");
  let isEnding = false;
  for (const person of people) {
    const folder = join(resolve(wish.folder ?? join(root, ".output/start")), person.name.toLowerCase());
    if (fresh) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    const extensions = [world.phone, world.walletOf(person)];
    const browser = await openProfile(person, folder, {
      extensions,
      isShown: true,
      realMedia: !fakeMedia,
      things,
    });
    // In the tab that is there already; the welcome page opens beside it.
    const empty = (await browser.pages()).find(page => page.url() === "about:blank");
    await (empty ?? (await browser.newPage())).goto(world.dapp);
    browser.once("disconnected", () => {
      if (!isEnding) console.log(`${person.name}'s browser was closed.`);
    });
  }
  things.defer(async () => {
    isEnding = true;
  });
  console.log("The left browser is Alice's, the right one Bob's. Ctrl-C closes all of it.");
}

/**
 * A browser of one person, with the extensions in it.
 *
 * @throws ProfileError where there is no browser, or it takes no unpacked extensions
 */
export async function openProfile(
  person: Person,
  folder: string,
  options: ProfileOptions & { readonly things: Things },
): Promise<Browser> {
  mkdirSync(folder, { recursive: true });
  const { extensions, isShown, realMedia, args = [], things } = options;
  const left = person.index * (windowSize.width + 8);
  const browser = await launchBrowser({
    extensions,
    userDataDir: folder,
    isShown,
    realMedia,
    isClosedByCaller: true,
    args: [`--window-size=${windowSize.width},${windowSize.height}`, `--window-position=${left},0`, ...args],
  });
  if (!browser) {
    throw new ProfileError("There is no Chrome or Chromium. Install one (Debian: apt-get install chromium).");
  }
  things.defer(() => browser.close());
  await untilLoaded(browser, extensions.length);
  return browser;
}

/** Each of our extensions has a service worker; a Chrome that refuses them has none, and says nothing. */
async function untilLoaded(browser: Browser, count: number): Promise<void> {
  const workers = () =>
    browser
      .targets()
      .filter(target => target.type() === "service_worker" && target.url().startsWith("chrome-extension://"));
  try {
    await browser.waitForTarget(() => workers().length >= count, { timeout: patienceMs });
  } catch (cause) {
    throw new ProfileError("This browser loads no unpacked extensions from the command line.", { cause });
  }
}

/** A person can put it right: there is always the way by hand. */
export class ProfileError extends Error {}
