import { randomPrivateKey } from "ox/Secp256k1";
import puppeteer, { type Browser, type Page } from "puppeteer";
import { findProgram } from "../../scripts/setup/ensure-system.js";
import { type Person, wakePhone } from "./person.ts";

/** Of `browser_specific_settings` in wxt.config.ts. */
const geckoId = "phone@etherlynk.example";
/** Firefox gives each installation another one, unless it is told. */
const uuid = "11111111-2222-4333-8444-555555555555";
const ours = `moz-extension://${uuid}`;

/** Somebody at a Firefox with the extension in it; the background page is the phone. */
export async function openFirefoxPerson(options: {
  readonly folder: string;
  readonly hertz: number;
}): Promise<Person> {
  const { folder, hertz } = options;
  const executablePath = findProgram("firefox");
  if (!executablePath) throw new Error("There is no Firefox; these tests should have been skipped");
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath,
    headless: true,
    defaultViewport: null,
    // Pages of extensions are the browser's own to WebDriver.
    args: ["-remote-allow-system-access"],
    extraPrefsFirefox: {
      "extensions.webextensions.uuids": JSON.stringify({ [geckoId]: uuid }),
      "media.navigator.streams.fake": true,
      "media.navigator.audio.fake_frequency": hertz,
      "media.navigator.permission.disabled": true,
      "media.peerconnection.ice.loopback": true,
      "media.peerconnection.ice.obfuscate_host_addresses": false,
      "media.autoplay.default": 0,
    },
  });
  await browser.installExtension(folder);
  return wakePhone({
    ...{ browser, hertz },
    panel: await openPanel(browser),
    privateKey: randomPrivateKey(),
    isCall: () => false,
    nextCallWindow: createWatch(browser),
    close: () => browser.close(),
  });
}

/** Gives each window of a call once. */
function createWatch(browser: Browser): () => Promise<Page> {
  const given = new Set<Page>();
  return async () => {
    const page = await findOurPage(browser, "call.html", given);
    given.add(page);
    return page;
  };
}

/** WebDriver does not say where pages of an extension are: they are asked themselves. */
export async function findOurPage(
  browser: Browser,
  path: string,
  but: ReadonlySet<Page> = new Set(),
): Promise<Page> {
  for (const until = Date.now() + 15_000; Date.now() < until; ) {
    for (const page of await browser.pages()) {
      const href = but.has(page) ? "" : await page.evaluate(() => location.href).catch(() => "");
      if (href.startsWith(`${ours}/${path}`)) return page;
    }
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  throw new Error(`No ${path} opened in Firefox`);
}

/** WebDriver never hears that a page of an extension has loaded: it is asked for by itself. */
async function openPanel(browser: Browser): Promise<Page> {
  const page = await browser.newPage();
  const url = `${ours}/popup.html`;
  await page.goto(url, { timeout: 2_000 }).catch(() => undefined);
  for (const until = Date.now() + 10_000; Date.now() < until; ) {
    const isThere = (await page.evaluate(() => location.href)) === url;
    if (isThere) return page;
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  throw new Error("Firefox does not open the extension's panel");
}
