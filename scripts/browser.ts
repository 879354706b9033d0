import puppeteer, { type Browser } from "puppeteer";
import { findProgram } from "./setup/ensure-system.js";

const flags = [
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-quic",
  "--disable-gpu",
];

/** Chrome with a camera and a microphone that are made up, so that a call can be played where there are none. */
const fakeMedia = [
  "--use-fake-ui-for-media-stream",
  "--use-fake-device-for-media-stream",
  "--allow-loopback-in-peer-connection",
  "--autoplay-policy=no-user-gesture-required",
];

/** A headless browser with fake media, or undefined where no Chrome or Chromium is installed. */
export async function launchBrowser({ protocolTimeout = 30_000 } = {}): Promise<Browser | undefined> {
  const executablePath = findProgram("chromium");
  if (!executablePath) return undefined;
  const args = [...flags, ...fakeMedia, ...sandbox()];
  return puppeteer.launch({ executablePath, headless: true, pipe: true, protocolTimeout, args });
}

/** Chrome refuses to run its sandbox for root. */
function sandbox(): string[] {
  return process.getuid?.() === 0 ? ["--no-sandbox"] : [];
}
