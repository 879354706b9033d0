import type { Browser, Page } from "puppeteer";

interface DeveloperApi {
  updateProfileConfiguration(change: { readonly inDeveloperMode: boolean }): Promise<void>;
}

/** The browser's own page of its extensions: a folder is loaded anew in developer mode only. */
export async function openExtensionsPage(browser: Browser): Promise<Page> {
  const page = await browser.newPage();
  await page.goto("chrome://extensions");
  await page.evaluate(async () => {
    const { developerPrivate } = chrome as unknown as { developerPrivate: DeveloperApi };
    await developerPrivate.updateProfileConfiguration({ inDeveloperMode: true });
  });
  return page;
}
