import { join } from "node:path";
import { build } from "esbuild";
import type { Page } from "puppeteer";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type ExtensionStage, openExtensionStage } from "./extension-stage.ts";
import type { CallWindowPart } from "./pages/call-window-page.ts";
import { type Remote, remoteOf } from "./remote.ts";

const pictures = join(import.meta.dirname, "../../.output/pictures");
const seen = ".stage.seen #their-video";

describe("the call window with a call in it", () => {
  let stage: ExtensionStage;
  let bundle: { readonly script: string; readonly style: string };

  beforeAll(async () => {
    stage = await openExtensionStage();
    bundle = await bundlePage();
  });
  afterEach(() => stage.closePages());
  afterAll(() => stage?.close());

  const openCall = async (isDenied = false): Promise<{ page: Page; part: Remote<CallWindowPart> }> => {
    const head = `<meta charset="utf-8"><title>Call</title><style>${bundle.style}</style>`;
    const html = `<!doctype html><html lang="en"><head>${head}</head><body><script src="script.js"></script></body></html>`;
    const page = await stage.visit({ html, script: bundle.script });
    await page.setViewport({ width: 420, height: 640 });
    await page.bringToFront();
    const part = remoteOf<CallWindowPart>(page, {});
    await part.deny(isDenied);
    await part.start();
    return { page, part };
  };

  it("plays them, tells how well they are heard, and mutes", async () => {
    const { page, part } = await openCall();
    await page.waitForSelector("::-p-text(Good connection)", { timeout: 20_000 });
    expect(await page.$eval(".quality", element => element.getAttribute("title"))).toMatch(/^Lost 0.0 %/);
    const isPlaying = () =>
      page.$eval("#their-voice", element => {
        const audio = element as HTMLAudioElement;
        return !audio.paused && audio.currentTime > 0;
      });
    await expect.poll(isPlaying, { timeout: 5_000 }).toBe(true);
    await press(page, "Mute");
    await page.waitForSelector('[aria-label="Mute"][aria-pressed="true"]');
    expect(await part.troubles()).toEqual([]);
  });

  it("shows their picture while there is one, and one's own in its corner", async () => {
    const { page, part } = await openCall();
    await page.waitForSelector("::-p-text(Good connection)", { timeout: 20_000 });
    expect(await page.$(seen)).toBeNull();
    await part.theyShow(true);
    await page.waitForSelector(seen, { timeout: 15_000 });
    await press(page, "Camera");
    await page.waitForSelector("#own-video");
    await expect
      .poll(() => page.$eval("#own-video", element => (element as HTMLVideoElement).videoWidth))
      .toBeGreaterThan(16);
    await page.screenshot({ path: join(pictures, "call-video.png") });
    await press(page, "Camera");
    await page.waitForSelector("#own-video", { hidden: true });
    await part.theyShow(false);
    await page.waitForSelector(seen, { hidden: true, timeout: 15_000 });
    expect(await part.troubles()).toEqual([]);
  });

  it("changes the microphone in the middle of the call, keeps the choice, and shows how loud it is", async () => {
    const { page, part } = await openCall();
    await page.waitForSelector("::-p-text(Good connection)", { timeout: 20_000 });
    const before = await part.ownDevice();
    await press(page, "Devices");
    await page.waitForFunction(() => (document.querySelector("meter")?.value ?? 0) > 0, { timeout: 10_000 });
    const options = await page.$$eval("select:first-of-type option", found =>
      found.map(option => ({ id: (option as HTMLOptionElement).value, label: option.textContent ?? "" })),
    );
    const other = options.find(({ id, label }) => id !== "" && label !== before);
    if (!other) throw new Error(`There is no other microphone than ${before}`);
    await page.select("select", other.id);
    await expect.poll(() => part.ownDevice()).toBe(other.label);
    expect((await part.preferences()).devices.microphone).toBe(other.id);
    await page.screenshot({ path: join(pictures, "call-devices.png") });
    expect(await part.troubles()).toEqual([]);
  });

  it("sends tones by the keyboard, and not while somebody types elsewhere", async () => {
    const { page, part } = await openCall();
    await page.waitForSelector("::-p-text(Good connection)", { timeout: 20_000 });
    await press(page, "Keypad");
    await page.keyboard.type("5#0x");
    const sent = () => page.$eval(".sent", element => element.textContent);
    await expect.poll(sent, { timeout: 10_000 }).toBe("5#0");
    await press(page, "Keep as contact");
    await page.keyboard.type("Bob 7");
    expect(await sent()).toBe("5#0");
    expect(await part.troubles()).toEqual([]);
  });

  it("says that nobody hears you, and how that is mended", async () => {
    const { page, part } = await openCall(true);
    await page.waitForSelector('[role="alert"] ::-p-text(The microphone is not allowed)', {
      timeout: 10_000,
    });
    await page.screenshot({ path: join(pictures, "call-trouble.png") });
    await part.deny(false);
    await press(page, "Try again");
    await page.waitForSelector(".trouble", { hidden: true });
    expect(await part.ownDevice()).toMatch(/\w/);
  });
});

async function press(page: Page, name: string): Promise<void> {
  const found = await page.waitForSelector(`::-p-aria([name="${name}"][role="button"])`, { timeout: 10_000 });
  await found?.focus();
  await found?.press("Enter");
}

async function bundlePage() {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "pages/call-window-page.ts")],
    bundle: true,
    write: false,
    format: "iife",
    outdir: "out",
    jsx: "automatic",
    jsxImportSource: "preact",
    define: { global: "globalThis" },
    logLevel: "error",
  });
  const textOf = (suffix: string) => outputFiles.find(({ path }) => path.endsWith(suffix))?.text ?? "";
  const theme = await build({
    entryPoints: [join(import.meta.dirname, "../../extension/ui/theme.css")],
    write: false,
    logLevel: "error",
  });
  return { script: textOf(".js"), style: `${theme.outputFiles[0]?.text}${textOf(".css")}` };
}
