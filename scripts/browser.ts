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

export interface BrowserOptions {
  readonly protocolTimeout?: number;
  /** Folders of unpacked extensions. Their windows then have their own sizes, and pages the window's. */
  readonly extensions?: readonly string[];
  readonly userDataDir?: string;
  /** With windows, for a person. */
  readonly isShown?: boolean;
  /** The machine's own camera and microphone. */
  readonly realMedia?: boolean;
  /** Starts it in the place of what is installed: in a network of its own, for one. */
  readonly program?: string;
  /** More of the command line. */
  readonly args?: readonly string[];
  /** Who starts it sees to its end when the process is told to end; else the browser does. */
  readonly isClosedByCaller?: boolean;
}

/** A browser, headless and with fake media unless told otherwise; undefined where no Chrome or Chromium is installed. */
export async function launchBrowser(options: BrowserOptions = {}): Promise<Browser | undefined> {
  const executablePath = options.program ?? findProgram("chromium");
  if (!executablePath) return undefined;
  const { protocolTimeout = 30_000, extensions = [], userDataDir, isShown = false } = options;
  const media = options.realMedia ? [] : fakeMedia;
  const hears = !options.isClosedByCaller;
  return puppeteer.launch({
    executablePath,
    headless: !isShown,
    pipe: true,
    protocolTimeout,
    args: [...flags, ...media, ...sandbox(), ...(options.args ?? [])],
    // A person drives it, and no bar has to say otherwise.
    ignoreDefaultArgs: isShown ? ["--enable-automation"] : false,
    handleSIGINT: hears,
    handleSIGTERM: hears,
    handleSIGHUP: hears,
    ...(extensions.length > 0 && { enableExtensions: [...extensions], defaultViewport: null }),
    ...(userDataDir !== undefined && { userDataDir }),
  });
}

/** Chrome refuses to run its sandbox for root. */
function sandbox(): string[] {
  return process.getuid?.() === 0 ? ["--no-sandbox"] : [];
}
