import { createClock } from "../../background/base/clock.ts";
import { createLog } from "../../background/base/log.ts";
import { createRandom } from "../../background/base/random.ts";
import type { HomeDomain } from "../../background/bus/phone-contract.ts";
import { createWalletCheck } from "../../background/identity/wallet-check.ts";
import { createPhone } from "../../background/phone/create-phone.ts";
import type { PhoneKit } from "../../background/phone/kit.ts";
import type { CallEntry } from "../../background/phone/ports.ts";
import type { StateKind } from "../../protocol/call/call.ts";
import type { AccountText } from "../../protocol/number/address.ts";
import { createPerson } from "../flow/phone-device.ts";
import { createScriptedMedia } from "../flow/scripted-media.ts";

export interface Caller {
  readonly account: AccountText;
  readonly kit: PhoneKit;
  /** What it has written into its log. */
  readonly entries: readonly CallEntry[];
  /** Resolves with the moment, in milliseconds since 1970, at which its call was in one of these states. */
  reaches(...kinds: readonly StateKind[]): Promise<number>;
}

/** A phone without a browser, which proves who it is as any other: what it waits for is the other side. */
export async function createCaller(home: HomeDomain, signal: AbortSignal): Promise<Caller> {
  const person = createPerson();
  const device = await person.device({}, home.chain.id);
  const entries: CallEntry[] = [];
  const clock = createClock();
  const kit = createPhone({
    ...{ domain: home.domain, urls: home.urls, chainId: home.chain.id, device, clock, signal },
    instance: crypto.randomUUID(),
    wallets: createWalletCheck(),
    random: createRandom(),
    log: createLog({ now: clock.now, level: "error", write: () => undefined }),
    ports: {
      media: createScriptedMedia(),
      screens: {
        isBlocked: async () => false,
        doesNotDisturb: () => false,
        admitsGuests: () => true,
        isPrepared: async () => false,
        mostCalls: 2,
      },
      replays: { remember: async () => "new" },
      callLog: { write: async entry => void entries.push(entry) },
      ringer: { start: async () => undefined, stop: () => undefined, notify: () => undefined },
    },
  });
  kit.line.start();
  await new Promise<void>(resolve => {
    if (kit.line.get().name === "up") resolve();
    kit.line.watch(({ name }) => name === "up" && resolve(), signal);
  });
  return {
    ...{ account: person.account, kit, entries },
    reaches: (...kinds) =>
      new Promise((resolve, reject) => {
        const done = new AbortController();
        const timer = setTimeout(() => {
          done.abort();
          const states = kit.calls.list().map(({ call }) => call.state.kind);
          reject(new Error(`No call came to be ${kinds.join(" or ")}: ${states.join(", ")}`));
        }, 90_000);
        kit.calls.watch(({ call }) => {
          if (!kinds.includes(call.state.kind)) return;
          clearTimeout(timer);
          done.abort();
          resolve(now());
        }, done.signal);
      }),
  };
}

/** Milliseconds since 1970, finely: pages of browsers on this machine read the same clock. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
