import type { Browser, ElementHandle, Page, Target } from "puppeteer";
import type { Person } from "../start/people.ts";

/** A person of the demo at their browser: what they see, and what they press. */
export interface Actor {
  readonly person: Person;
  readonly hertz: number;
  readonly browser: Browser;
  /** The page that is open, or opens, and was not given out before. */
  next(what: string, isIt: (url: string) => boolean): Promise<Page>;
  open(url: string): Promise<Page>;
}

export type Scheme = "light" | "dark";

export interface Looks extends Pick<Actor, "person" | "hertz"> {
  readonly scheme: Scheme;
}

const patienceMs = 20_000;

export function createActor(browser: Browser, { person, hertz, scheme }: Looks): Actor {
  const given = new Set<Target>();
  const prepare = async (page: Page) => {
    page.setDefaultTimeout(patienceMs);
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
    return page;
  };
  return {
    person,
    hertz,
    browser,
    async next(what, isIt) {
      const isNew = (target: Target) => target.type() === "page" && !given.has(target) && isIt(target.url());
      const target = await within(
        browser.waitForTarget(isNew, { timeout: patienceMs }),
        () =>
          `${person.name} never saw ${what}; open are ${browser
            .targets()
            .map(each => each.url())
            .join(", ")}`,
      );
      given.add(target);
      const page = await target.page();
      if (!page) throw new Error(`${what} is no page`);
      if (isWindow(target.url())) await page.setViewport(windowSize);
      return prepare(page);
    },
    async open(url) {
      const page = await prepare(await browser.newPage());
      given.add(page.target());
      await page.goto(url);
      return page;
    },
  };
}

/** What opens in a window of its own. Without a screen the browser gives it the size of all others. */
function isWindow(url: string): boolean {
  return isCall(url) || url.includes("/confirm.html");
}

/** Without its title bar. */
const windowSize = { width: 420, height: 650 } as const;

/** The window of a call. */
export function isCall(url: string): boolean {
  return url.startsWith("chrome-extension://") && url.includes("/call.html");
}

export function isWelcome(url: string): boolean {
  return url.startsWith("chrome-extension://") && url.includes("/welcome.html");
}

/** It stays open, and tells where the extension's pages are. */
export async function findWelcome({ browser, person }: Actor): Promise<Page> {
  const welcome = (await browser.pages()).find(page => isWelcome(page.url()));
  if (!welcome) throw new Error(`${person.name}'s welcome page is gone`);
  return welcome;
}

/** The toolbar's panel, in a tab of the size that it has there. */
export async function openPopup(actor: Actor): Promise<Page> {
  const popup = await actor.open(new URL("/popup.html", (await findWelcome(actor)).url()).href);
  await popup.setViewport({ width: 360, height: 600 });
  return popup;
}

/** Presses what has this role and name, as soon as it can be pressed. */
export async function press(page: Page, name: string, role = "button"): Promise<void> {
  const found = await find(page, name, role);
  await within(
    page.waitForFunction(it => !(it as HTMLButtonElement).disabled, { polling: 50 }, found),
    () => `"${name}" stays greyed out`,
  );
  await page.bringToFront();
  await found.click();
}

export async function find(page: Page, name: string, role = "button"): Promise<ElementHandle> {
  const found = await within(
    page.waitForSelector(`::-p-aria([name="${name}"][role="${role}"])`),
    async () => `There is no ${role} "${name}" on ${page.url()}, which says: ${await textOf(page)}`,
  );
  if (!found) throw new Error(`There is no ${role} "${name}"`);
  return found;
}

/** Words that stand, or come to stand, somewhere on the page. */
export async function says(page: Page, words: string): Promise<void> {
  // By an interval: what waits for a frame waits for ever in a page behind another.
  await within(
    page.waitForFunction(wanted => document.body.innerText.includes(wanted), { polling: 50 }, words),
    async () => `${page.url()} never said "${words}"; it says: ${await textOf(page)}`,
  );
}

export async function untilClosed(page: Page): Promise<void> {
  const closed = page.isClosed()
    ? undefined
    : new Promise<void>(resolve => page.once("close", () => resolve()));
  await closed;
}

/** Puppeteer says that something was late; what was waited for, and what is there instead, says this. */
async function within<T>(waiting: Promise<T>, why: () => string | Promise<string>): Promise<T> {
  try {
    return await waiting;
  } catch (cause) {
    throw new Error(await why(), { cause });
  }
}

async function textOf(page: Page): Promise<string> {
  if (page.isClosed()) return "(the page is closed)";
  const text = await page.evaluate(() => document.body.innerText);
  return text.replace(/\s+/g, " ").slice(0, 400);
}
