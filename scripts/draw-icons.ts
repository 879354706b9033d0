// Draws extension/public/icon/*.png from extension/icon.svg, in Chromium. Run by hand when the drawing changes.
import { readFileSync, writeFileSync } from "node:fs";
import { launchBrowser } from "./browser.ts";

const folder = "extension/public";
const sizes = [16, 32, 48, 128];

const drawing = readFileSync("extension/icon.svg", "base64");
const browser = await launchBrowser();
if (!browser) throw new Error("There is no Chrome or Chromium to draw with.");
const page = await browser.newPage();
for (const size of sizes) {
  await page.setViewport({ width: size, height: size });
  const image = `<img src="data:image/svg+xml;base64,${drawing}" width="${size}" height="${size}">`;
  await page.setContent(`<style>body{margin:0}img{display:block}</style>${image}`);
  const png = await page.screenshot({ omitBackground: true });
  writeFileSync(`${folder}/icon/${size}.png`, png);
}
await browser.close();
