import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Browser, KeyInput, Page } from "puppeteer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "../../scripts/browser.ts";
import { findProgram } from "../../scripts/setup/ensure-system.js";
import { findFreePort } from "./node-process.ts";

describe.skipIf(!findProgram("chromium"))("the page of two tabs, by keyboard alone", () => {
  let browser: Browser;
  let url: string;
  let stop: () => Promise<unknown>;

  beforeAll(async () => {
    const port = await findFreePort();
    const environment = { ...process.env };
    // Else it opens tabs of its own where there is a display.
    delete environment["DISPLAY"];
    delete environment["WAYLAND_DISPLAY"];
    const child = spawn(process.execPath, ["scripts/start.ts", "--two-tabs", "--port", String(port)], {
      env: environment,
      stdio: ["ignore", "pipe", "inherit"],
    });
    stop = async () => {
      if (child.exitCode !== null) return;
      child.kill("SIGTERM");
      await once(child, "exit");
    };
    url = await new Promise((resolve, reject) => {
      child.once("exit", code => reject(new Error(`npm start ended with ${code}`)));
      createInterface({ input: child.stdout }).on("line", line => {
        const found = /http:\/\/\S+/.exec(line)?.[0];
        if (found) resolve(found);
      });
    });
    const launched = await launchBrowser();
    if (!launched) throw new Error("There is no Chrome or Chromium");
    browser = launched;
  });
  afterAll(async () => {
    await browser?.close();
    await stop?.();
  });

  const open = async (): Promise<Page> => {
    const page = await browser.newPage();
    page.setDefaultTimeout(15_000);
    await page.goto(url);
    await page.waitForSelector("#me strong");
    return page;
  };

  /** Presses Tab until what has the focus is called so; nothing else is touched. */
  const tabTo = async (page: Page, label: RegExp): Promise<void> => {
    const passed: string[] = [];
    for (let presses = 0; presses < 12; presses++) {
      await page.keyboard.press("Tab");
      const focused = await page.evaluate(() => {
        const element = document.activeElement;
        return element?.getAttribute("aria-label") ?? element?.textContent?.trim() ?? "";
      });
      if (label.test(focused)) return;
      passed.push(focused);
    }
    throw new Error(`Tab never reached ${label}; it passed ${JSON.stringify(passed)}`);
  };

  const press = async (page: Page, label: RegExp, key: KeyInput) => {
    await page.bringToFront();
    await tabTo(page, label);
    await page.keyboard.press(key);
  };

  /** Puppeteer looks once a frame, and a tab behind another draws none: hence the interval. */
  const says = (page: Page, words: RegExp) =>
    page.waitForFunction(
      source => new RegExp(source).test(document.getElementById("state")?.textContent ?? ""),
      { polling: 50 },
      words.source,
    );

  it("one tab calls, the other answers, mutes and hangs up; what has the focus is visible", async () => {
    const [ann, ben] = [await open(), await open()];
    const bensName = await ben.$eval("#me strong", element => element.textContent ?? "");
    await ann.bringToFront();
    await ann.waitForSelector(`button[aria-label="Call ${bensName}"]:enabled`);
    await press(ann, new RegExp(`^Call ${bensName}$`), "Enter");
    await says(ann, /^Calling/);
    await says(ben, /is calling$/);
    await press(ben, /^Answer$/, "Enter");
    await Promise.all([says(ann, /^Talking with/), says(ben, /^Talking with/)]);

    await press(ben, /^Mute$/, "Space");
    await ben.waitForSelector('#mute[aria-pressed="true"]');
    const outline = await ben.$eval("#mute", element => getComputedStyle(element).outlineStyle);
    expect(outline).not.toBe("none");
    await press(ben, /^Hang up$/, "Enter");
    await Promise.all([says(ann, /^The call has ended/), says(ben, /^You hung up/)]);
    await Promise.all([ann.close(), ben.close()]);
  });

  it("every control has a name, states are announced, and the page has one heading of the first rank", async () => {
    const page = await open();
    const found = await page.evaluate(() => ({
      nameless: [...document.querySelectorAll("button, a, video")].filter(
        element => !(element.getAttribute("aria-label") ?? element.textContent ?? "").trim(),
      ).length,
      statuses: document.querySelectorAll('[role="status"]').length,
      alerts: document.querySelectorAll('[role="alert"]').length,
      headings: document.querySelectorAll("h1").length,
      language: document.documentElement.lang,
    }));
    expect(found).toMatchObject({ nameless: 0, alerts: 1, headings: 1, language: "en" });
    expect(found.statuses).toBeGreaterThan(0);
    await page.close();
  });
});
