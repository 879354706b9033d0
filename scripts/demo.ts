import { mkdirSync, writeFileSync } from "node:fs";
import type { Browser, Page } from "puppeteer";

interface Step {
  readonly name: string;
  readonly words: string;
  readonly pictures: readonly string[];
}

const folder = ".output/demo";

/** Plays a call between two tabs through the page's own buttons, with a picture of every step. */
export async function playDemo(browser: Browser, url: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const steps: Step[] = [];
  const [ann, ben] = [await openTab(browser, url, "light"), await openTab(browser, url, "dark")];
  const step = async (words: string) => {
    const name = `${steps.length + 1}`.padStart(2, "0");
    const pictures = [await picture(ann, `${name}-first`), await picture(ben, `${name}-second`)];
    steps.push({ name, words, pictures });
    console.log(`  ${words}`);
  };

  const benName = await ben.$eval("#me strong", element => element.textContent ?? "");
  await press(ann, `button[aria-label="Call ${benName}"]:enabled`);
  await says(ann, "Calling");
  await says(ben, "is calling");
  await step("Each tab has found the other; the first one calls, and it rings at the second.");
  await press(ben, "#answer");
  for (const page of [ann, ben]) await says(page, "Talking");
  for (const page of [ann, ben]) await talks(page);
  await step("The second one answers; sound and picture arrive on both sides.");
  await press(ann, "#mute");
  await step("The first one mutes its microphone.");
  await press(ben, "#hang-up");
  await says(ann, "The call has ended.");
  await step("The second one hangs up; the first one is told.");

  const report = `${folder}/report.html`;
  writeFileSync(report, toReport(steps));
  return report;
}

async function openTab(browser: Browser, url: string, scheme: "light" | "dark"): Promise<Page> {
  const page = await browser.newPage();
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  page.setDefaultTimeout(15_000);
  await page.setViewport({ width: 760, height: 640 });
  await page.goto(url);
  await page.waitForSelector("#me strong");
  return page;
}

/** Waits for a button to be there for a person, and clicks it. */
async function press(page: Page, selector: string): Promise<void> {
  await page.bringToFront();
  await page.waitForSelector(selector, { visible: true });
  await page.click(selector);
}

/** The page's line about the call holds these words. */
async function says(page: Page, words: string): Promise<void> {
  await page.bringToFront();
  await page.waitForFunction(
    wanted => document.getElementById("state")?.textContent?.includes(wanted),
    {},
    words,
  );
}

/** The other side's picture moves, and its sound is not silence. */
async function talks(page: Page): Promise<void> {
  await page.bringToFront();
  await page.waitForFunction(() => {
    const video = document.getElementById("theirs");
    return video instanceof HTMLVideoElement && video.videoWidth > 0 && video.currentTime > 0.5;
  });
  await page.waitForFunction(async () => {
    const video = document.getElementById("theirs");
    if (!(video instanceof HTMLVideoElement) || !(video.srcObject instanceof MediaStream)) return false;
    const audio = new AudioContext();
    const meter = audio.createAnalyser();
    audio.createMediaStreamSource(video.srcObject).connect(meter);
    await new Promise(resolve => setTimeout(resolve, 300));
    const samples = new Float32Array(meter.fftSize);
    meter.getFloatTimeDomainData(samples);
    await audio.close();
    return samples.some(sample => Math.abs(sample) > 0.001);
  });
}

async function picture(page: Page, name: string): Promise<string> {
  await page.bringToFront();
  await page.screenshot({ path: `${folder}/${name}.png` });
  return `${name}.png`;
}

function toReport(steps: readonly Step[]): string {
  const rows = steps.map(
    ({ name, words, pictures }) =>
      `<section><h2>${Number(name)}. ${words}</h2>${pictures.map(file => `<img src="${file}" alt="">`).join("")}</section>`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark">
<title>Etherlynk: a scripted call</title>
<style>body{font:16px/1.5 system-ui;margin:2rem auto;max-width:70rem;padding:0 1rem}img{width:49%;border:1px solid #8884}h2{font-size:1rem}</style>
<h1>A scripted call between two tabs</h1>${rows.join("\n")}</html>\n`;
}
