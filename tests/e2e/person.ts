import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromPublicKey } from "ox/Address";
import { getPublicKey, randomPrivateKey, sign } from "ox/Secp256k1";
import { toHex } from "ox/Signature";
import { getSignPayload } from "ox/TypedData";
import type { Browser, Page, Target } from "puppeteer";
import type { HomeDomain, PhoneSnapshot } from "../../background/bus/phone-contract.ts";
import { type AccountText, parseAccount } from "../../protocol/number/address.ts";
import { launchBrowser } from "../../scripts/browser.ts";
import { extensionId } from "./extension-stage.ts";

/** Somebody with a browser of their own, the extension in it, and a wallet that the test holds. */
export interface Person {
  readonly account: AccountText;
  readonly browser: Browser;
  /** What this one's microphone hears. */
  readonly hertz: number;
  /** A page of the extension that stays open, from which the phone can be asked as any panel asks it. */
  readonly panel: Page;
  ask(name: string, body: unknown): Promise<unknown>;
  snapshot(): Promise<PhoneSnapshot>;
  until(what: string, holds: (snapshot: PhoneSnapshot) => boolean): Promise<PhoneSnapshot>;
  /** What stands on the toolbar's button. */
  badge(): Promise<string>;
  /** The window of a call that opens, or is open and not given out yet. */
  callWindow(): Promise<Page>;
  signIn(home: HomeDomain): Promise<void>;
  close(): Promise<void>;
}

export interface PersonOptions {
  readonly folder: string;
  readonly hertz: number;
  readonly extensions?: readonly string[];
  readonly args?: readonly string[];
  /** The machine's own camera and microphone, or none. */
  readonly realMedia?: boolean;
  /** Starts the browser in the place of what is installed. */
  readonly program?: string;
  /** Comes back to what an earlier browser left. */
  readonly profile?: string;
  readonly privateKey?: `0x${string}`;
}

export async function openPerson(options: PersonOptions): Promise<Person> {
  const { folder, hertz, extensions = [], args = [], privateKey = randomPrivateKey() } = options;
  const own = mkdtempSync(join(tmpdir(), "etherlynk-person-"));
  const sound = join(own, "tone.wav");
  writeFileSync(sound, toWave(hertz));
  const browser = await launchBrowser({
    extensions: [folder, ...extensions],
    userDataDir: options.profile ?? join(own, "profile"),
    args: [`--use-file-for-fake-audio-capture=${sound}`, ...args],
    ...(options.realMedia !== undefined && { realMedia: options.realMedia }),
    ...(options.program !== undefined && { program: options.program }),
  });
  if (!browser) throw new Error("There is no Chrome or Chromium; these tests should have been skipped");
  const isOurs = (path: string) => (target: Target) =>
    target.url().startsWith(`chrome-extension://${extensionId}/${path}`);
  await browser.waitForTarget(target => target.type() === "service_worker" && isOurs("")(target));
  const [first] = await browser.pages();
  const panel = first ?? (await browser.newPage());
  await panel.goto(`chrome-extension://${extensionId}/popup.html`);
  return wakePhone({
    ...{ browser, panel, hertz, privateKey },
    isCall: isOurs("call.html"),
    async close() {
      await browser.close();
      rmSync(own, { recursive: true, force: true, maxRetries: 3 });
    },
  });
}

export interface Driving extends Pick<Person, "browser" | "panel" | "hertz" | "close"> {
  readonly privateKey: `0x${string}`;
  readonly isCall: (target: Target) => boolean;
  /** Where targets do not tell what they show. */
  readonly nextCallWindow?: () => Promise<Page>;
}

/** A browser with the extension in it, as a person who uses it; resolves when its phone is there. */
export async function wakePhone(driving: Driving): Promise<Person> {
  const { browser, panel, hertz, privateKey, isCall, close } = driving;
  const account = parseAccount(fromPublicKey(getPublicKey({ privateKey })));
  const given = new Set<Target>();

  const ask = async (name: string, body: unknown) => {
    const reply = (await panel.evaluate(askIn, name, body as never)) as Reply;
    if (!reply.ok) throw new Error(`${reply.error.code}: ${reply.error.message}`);
    return reply.value;
  };
  const snapshot = () => ask("phone.snapshot.read", null) as Promise<PhoneSnapshot>;
  const person: Person = {
    ...{ account, browser, hertz, panel, ask, snapshot, close },
    async until(what, holds) {
      const started = Date.now();
      for (;;) {
        // A phone that is just being started answers nobody yet: to a panel this is "not yet" as well.
        const now = await snapshot().catch((error: Error) => {
          if (error.message.startsWith(nobody)) return undefined;
          throw error;
        });
        if (now && holds(now)) return now;
        if (Date.now() - started > 15_000) throw new Error(`${what} never came: ${JSON.stringify(now)}`);
        await new Promise(resolve => setTimeout(resolve, 40));
      }
    },
    badge: () => panel.evaluate(() => chrome.action.getBadgeText({})),
    async callWindow() {
      if (driving.nextCallWindow) return driving.nextCallWindow();
      const target = await browser.waitForTarget(it => !given.has(it) && isCall(it), {
        timeout: 15_000,
      });
      given.add(target);
      const page = await target.asPage();
      // A target tells where its window is going to: what is asked of it before it is there would be lost.
      await page.waitForFunction(
        () => location.pathname === "/call.html" && document.readyState === "complete",
      );
      return page;
    },
    async signIn(home) {
      await ask("account.home.choose", home);
      const { typedData } = (await ask("account.delegation.prepare", { account })) as { typedData: string };
      const signature = toHex(sign({ payload: getSignPayload(JSON.parse(typedData)), privateKey }));
      await ask("account.delegation.sign", { signature });
      await person.until("A line", ({ line }) => line.state === "ready");
    },
  };
  await ask("worker.phone.wake", null);
  await snapshot();
  return person;
}

type Reply =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: { readonly code: string; readonly message: string } };

const nobody = "test.nobody";

/** Runs in the panel. */
async function askIn(name: string, body: unknown): Promise<unknown> {
  const id = `ask-${crypto.randomUUID()}`;
  const answer = await chrome.runtime.sendMessage({ etherlynk: 1, kind: "ask", id, name, body });
  return answer?.reply ?? { ok: false, error: { code: "test.nobody", message: `Nobody answers ${name}` } };
}

/** Ten seconds of one tone, 16 bit, mono: the browser plays it again and again as what the microphone hears. */
function toWave(hertz: number): Buffer {
  const [rate, seconds] = [48_000, 10];
  const wave = Buffer.alloc(44 + rate * seconds * 2);
  wave.write("RIFF", 0);
  wave.writeUInt32LE(wave.length - 8, 4);
  wave.write("WAVEfmt ", 8);
  wave.writeUInt32LE(16, 16);
  wave.writeUInt16LE(1, 20);
  wave.writeUInt16LE(1, 22);
  wave.writeUInt32LE(rate, 24);
  wave.writeUInt32LE(rate * 2, 28);
  wave.writeUInt16LE(2, 32);
  wave.writeUInt16LE(16, 34);
  wave.write("data", 36);
  wave.writeUInt32LE(rate * seconds * 2, 40);
  for (let place = 0; place < rate * seconds; place += 1) {
    wave.writeInt16LE(Math.round(12_000 * Math.sin((2 * Math.PI * hertz * place) / rate)), 44 + place * 2);
  }
  return wave;
}
