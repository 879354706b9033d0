import { onTestFinished } from "vitest";
import { createClock } from "../../background/base/clock.ts";
import { createLog, formatLogLine } from "../../background/base/log.ts";
import { createRandom } from "../../background/base/random.ts";
import type { Directory } from "../../background/chain/directory.ts";
import type { DeviceKeys } from "../../background/identity/device-keys.ts";
import { createWalletCheck } from "../../background/identity/wallet-check.ts";
import { createPhone } from "../../background/phone/create-phone.ts";
import type { PhoneKit } from "../../background/phone/kit.ts";
import type { CallEntry, CallRecord, Replays, Screens } from "../../background/phone/ports.ts";
import type { StateKind } from "../../protocol/call/call.ts";
import { createPerson, type Person } from "./phone-device.ts";
import { createScriptedMedia, type ScriptedMedia } from "./scripted-media.ts";

export const domain = "closed.example";

export interface TestPhone {
  readonly urls: readonly string[];
  readonly instance: string;
  readonly person: Person;
  readonly device: DeviceKeys;
  readonly kit: PhoneKit;
  readonly media: ScriptedMedia;
  /** Tones that sound now, by `ringtone CALL-ID`. */
  readonly tones: ReadonlySet<string>;
  /** All tones that ever sounded. */
  readonly sounded: readonly string[];
  readonly notices: readonly string[];
  readonly entries: readonly CallEntry[];
  readonly lines: readonly string[];
  /** Resolves with the first call that is, or comes to be, in one of these states. */
  reach(...kinds: readonly StateKind[]): Promise<CallRecord>;
  /** Resolves with the call as soon as this holds. */
  until(holds: (record: CallRecord) => boolean): Promise<CallRecord>;
  entry(): Promise<CallEntry>;
  lineIs(name: string): Promise<void>;
  /** The extension is closed. */
  quit(): void;
}

export interface TestPhoneOptions {
  readonly urls: readonly string[];
  readonly person?: Person;
  readonly device?: DeviceKeys;
  /** Stays with a device when its phone is closed and comes back. */
  readonly instance?: string;
  readonly domain?: string;
  /** The chain that its delegation is signed for. */
  readonly chainId?: number;
  readonly replays?: Replays;
  readonly screens?: Partial<Screens>;
  readonly directory?: Directory;
  /** How fast its time runs: a minute of ringing need not be waited for. */
  readonly speed?: number;
  /** No sound can be made. */
  readonly isMute?: boolean;
}

/** A phone without a browser, on line. */
export async function createTestPhone(options: TestPhoneOptions): Promise<TestPhone> {
  const person = options.person ?? createPerson();
  const { chainId = 1 } = options;
  const device = options.device ?? (await person.device({}, chainId));
  const instance = options.instance ?? crypto.randomUUID();
  const end = new AbortController();
  onTestFinished(() => end.abort());
  const { speed = 1 } = options;
  const clock = createClock({
    wall: () => Date.now(),
    elapsed: () => performance.now() * speed,
    after(ms, call) {
      const timer = setTimeout(call, ms / speed);
      return () => clearTimeout(timer);
    },
  });
  const media = createScriptedMedia();
  const tones = new Set<string>();
  const [sounded, notices, lines, entries]: [string[], string[], string[], CallEntry[]] = [[], [], [], []];
  const wrote = new EventTarget();
  const kit = createPhone({
    domain: options.domain ?? domain,
    urls: options.urls,
    device,
    instance,
    chainId,
    ...(options.directory && { directory: options.directory }),
    wallets: createWalletCheck(),
    clock,
    random: createRandom(),
    log: createLog({ now: clock.now, level: "debug", write: line => lines.push(formatLogLine(line)) }),
    signal: end.signal,
    ports: {
      media,
      screens: {
        isBlocked: async () => false,
        doesNotDisturb: () => false,
        admitsGuests: () => true,
        isPrepared: async () => false,
        mostCalls: 2,
        ...options.screens,
      },
      replays: options.replays ?? createMemory(),
      callLog: {
        async write(entry) {
          entries.push(entry);
          wrote.dispatchEvent(new Event("entry"));
        },
      },
      ringer: {
        async start(tone, { id }) {
          if (options.isMute === true) throw new Error("no sound here");
          tones.add(`${tone} ${id}`);
          sounded.push(`${tone} ${id}`);
        },
        stop: (tone, { id }) => tones.delete(`${tone} ${id}`),
        notify: notice => notices.push(notice),
      },
    },
  });
  const within = <T>(what: string, start: (done: (value: T) => void, signal: AbortSignal) => void) =>
    new Promise<T>((resolve, reject) => {
      const stop = new AbortController();
      const timer = setTimeout(() => {
        stop.abort();
        const states = kit.calls.list().map(({ call }) => JSON.stringify(call.state));
        reject(new Error(`${what} never came; calls: ${states.join(" ")}\n${lines.slice(-40).join("\n")}`));
      }, 8_000);
      start(value => {
        clearTimeout(timer);
        stop.abort();
        resolve(value);
      }, stop.signal);
    });
  const until: TestPhone["until"] = holds =>
    within(`A call for which ${holds}`, (done, signal) => {
      const now = kit.calls.list().find(holds);
      if (now) done(now);
      else kit.calls.watch(record => holds(record) && done(record), signal);
    });
  const phone: TestPhone = {
    ...{
      urls: options.urls,
      instance,
      person,
      device,
      kit,
      media,
      tones,
      sounded,
      notices,
      entries,
      lines,
      until,
    },
    reach: (...kinds) => until(({ call }) => kinds.includes(call.state.kind)),
    entry: () =>
      within("A log entry", (done, signal) => {
        const [first] = entries;
        if (first) done(first);
        else wrote.addEventListener("entry", () => entries[0] && done(entries[0]), { signal });
      }),
    lineIs: name =>
      within(`A line that is ${name}`, (done, signal) => {
        if (kit.line.get().name === name) done(undefined);
        else kit.line.watch(state => state.name === name && done(undefined), signal);
      }),
    quit: () => end.abort(),
  };
  kit.line.start();
  await phone.lineIs("up");
  return phone;
}

/** Two phones on one node. */
export async function createPair(
  urls: readonly string[],
  bobs: Partial<TestPhoneOptions> = {},
  alices: Partial<TestPhoneOptions> = {},
) {
  const [alice, bob] = await Promise.all([
    createTestPhone({ urls, ...alices }),
    createTestPhone({ urls, ...bobs }),
  ]);
  return { alice, bob };
}

/** A call from one to the other that both are in. */
export async function talk(caller: TestPhone, callee: TestPhone) {
  const id = caller.kit.dial(callee.person.account);
  await callee.until(({ call }) => call.id === id && call.state.kind === "ringing-in" && call.state.alerting);
  callee.kit.accept(id);
  const isTalking = ({ call }: CallRecord) =>
    call.id === id && call.state.kind === "active" && call.state.talk.media === "flowing";
  await Promise.all([caller.until(isTalking), callee.until(isTalking)]);
  return id;
}

/** What a phone remembers of INVITEs while it runs. */
export function createMemory(): Replays {
  const seen = new Set<string>();
  return {
    async remember(invitation) {
      const key = JSON.stringify(invitation);
      if (seen.has(key)) return "seen";
      seen.add(key);
      return "new";
    },
  };
}
