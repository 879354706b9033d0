import type { Clock } from "../../background/base/clock.ts";
import type { Log } from "../../background/base/log.ts";
import { createRandom } from "../../background/base/random.ts";
import type { Preferences } from "../../background/bus/phone-contract.ts";
import { accountOf } from "../../background/identity/device-keys.ts";
import type { WalletCheck } from "../../background/identity/wallet-check.ts";
import { createCertificate } from "../../background/media/certificate.ts";
import type { MediaStart } from "../../background/media/media-channel.ts";
import { createTonePlayer } from "../../background/media/tones.ts";
import { createWindowMedia } from "../../background/media/window-media.ts";
import { createPhone } from "../../background/phone/create-phone.ts";
import type { PhoneKit } from "../../background/phone/kit.ts";
import type { CallRecord, Screens } from "../../background/phone/ports.ts";
import { isOver } from "../../protocol/call/call.ts";
import type { SignedIn } from "../features/account/phone.ts";
import type { Recents } from "../features/recents/phone.ts";
import type { LineKit } from "./answer-calls.ts";
import { createCallLog } from "./call-log.ts";
import { toTitle } from "./call-view.ts";
import { type CallWindows, startCallWindows } from "./call-windows.ts";
import type { FeatureParts } from "./feature-parts.ts";
import { feedCalls } from "./feed-calls.ts";
import { startLostNumbers } from "./lost-numbers.ts";
import { noteOpenCalls } from "./open-calls.ts";
import { createRinger } from "./ringer.ts";
import { sayGoodbye } from "./say-goodbye.ts";
import { startDirectory } from "./start-directory.ts";
import type { Updates } from "./update-wait.ts";
import { watchMachine } from "./watch-machine.ts";

/** What the user knows and wants, from the features that keep it. */
export interface People {
  readonly preferences: { now(): Preferences };
  readonly contacts: {
    titleOf(address: string): string | undefined;
    isContact(address: string): boolean;
    isBlocked(address: string): boolean;
  };
  readonly recents: Recents;
}

export interface LineSession {
  readonly parts: FeatureParts;
  readonly people: People;
  readonly account: SignedIn;
  readonly updates: Updates;
  readonly wallets: WalletCheck;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** As many at once as a person can keep apart: one to talk to, one that waits. */
const mostCalls = 2;

/** The phone of the account that is signed in: its line, its calls, their sound and windows. */
export function startLine(session: LineSession): LineKit {
  const { parts, people, account, updates, wallets, clock, log, signal } = session;
  const { bus, store, failed } = parts;
  const { preferences, contacts, recents } = people;
  const { device, instance, home } = account;
  const titleOf = (record: CallRecord) => toTitle(record, contacts.titleOf(record.call.peer));
  const media = createWindowMedia({
    shelf: store.keys,
    ...{ clock, log, newId: parts.newId, createCertificate },
    settings: () => toMediaSettings(preferences.now()),
    gone: call => windows.gone(call),
  });
  const ringer = createRinger({
    ...{ bus, failed, titleOf, signal },
    player: createTonePlayer(),
    preferences: preferences.now,
    calls: () => kit.calls.list(),
  });
  const directory = startDirectory({
    ...{ book: home.book, clock, log, signal },
    isWatching: () => kit.calls.list().some(({ call }) => !isOver(call.state)),
    changed: () => kit.lookAgain(),
  });
  const kit: PhoneKit = createPhone({
    ...(directory && { directory }),
    domain: home.domain,
    urls: home.urls,
    chainId: home.chain.id,
    ...{ device, instance, wallets, clock, log, signal },
    random: createRandom(),
    ports: {
      media,
      ringer,
      screens: toScreens(people),
      replays: store.replays,
      callLog: createCallLog(recents, () => kit.calls.list()),
    },
  });
  const windows: CallWindows = startCallWindows({ bus, kit, titleOf, failed, signal });
  feedCalls({ kit, feed: parts.feed, titleOf: contacts.titleOf, signal });
  startLostNumbers({
    ...{ bus, kit, directory, clock, failed, signal },
    feed: parts.feed,
    account: accountOf(device),
  });
  noteOpenCalls({ kit, store, log: recents, failed, signal });
  watchMachine(kit, signal);
  sayGoodbye(kit, signal);
  updates.spare(kit.calls, signal);
  store.keys.removeExpired(clock.wall()).catch((error: unknown) => failed("keys", error));
  kit.line.start();
  return { ...kit, show: windows.show };
}

function toScreens({ preferences, contacts }: People): Screens {
  return {
    isBlocked: address => Promise.resolve(contacts.isBlocked(address)),
    doesNotDisturb: () => preferences.now().doNotDisturb,
    admitsGuests: () => preferences.now().admitsGuests,
    // Prepared connections tell addresses before anybody accepts: for contacts, and never where addresses are secret.
    isPrepared: address => Promise.resolve(contacts.isContact(address) && !preferences.now().ice.relayOnly),
    mostCalls,
  };
}

function toMediaSettings({ ice, devices }: Preferences): Pick<MediaStart, "ice" | "devices"> {
  const iceServers = ice.servers.map(({ url, username, credential }) => ({
    urls: url,
    ...(username !== undefined && { username }),
    ...(credential !== undefined && { credential }),
  }));
  return { ice: { iceServers, relayOnly: ice.relayOnly }, devices };
}
