import { createClock } from "../../background/base/clock.ts";
import type { Log } from "../../background/base/log.ts";
import type { Bus } from "../../background/bus/bus.ts";
import { createWalletCheck } from "../../background/identity/wallet-check.ts";
import { openStore } from "../../background/store/store.ts";
import { type SignedIn, startAccount } from "../features/account/phone.ts";
import { startContacts } from "../features/contacts/phone.ts";
import { startNumbers } from "../features/numbers/phone.ts";
import { startOffers } from "../features/offers/phone.ts";
import { startPreferences } from "../features/preferences/phone.ts";
import { startRecents } from "../features/recents/phone.ts";
import { answerCalls, dialFor, type LineKit } from "./answer-calls.ts";
import { builtHome } from "./built-home.ts";
import type { FeatureParts } from "./feature-parts.ts";
import { type People, startLine } from "./line-session.ts";
import { createSnapshotFeed, type SnapshotFeed } from "./snapshot-feed.ts";
import { createAsking } from "./start-directory.ts";
import type { Updates } from "./update-wait.ts";

export interface SessionOptions {
  readonly bus: Bus;
  readonly log: Log;
  readonly failed: (name: string, error: unknown) => void;
  readonly updates: Updates;
  /** Everything of this session is destroyed; the next one begins with an empty database. */
  signedOut(): void;
  readonly signal: AbortSignal;
}

/** The phone from one opening of the database to its end: at most one account is signed in meanwhile. */
export async function startSession(options: SessionOptions): Promise<void> {
  const feed = createSnapshotFeed(options.bus, options.signal);
  try {
    await openSession(options, feed);
  } catch (error) {
    feed.failed(error);
    throw error;
  }
}

async function openSession(options: SessionOptions, feed: SnapshotFeed): Promise<void> {
  const { bus, log, failed, updates, signal } = options;
  const clock = createClock();
  const store = await openStore({ now: clock.now(), signal });
  const parts: FeatureParts = {
    ...{ bus, store, feed, failed },
    now: clock.now,
    newId: () => crypto.randomUUID(),
  };
  const [preferences, contacts] = await Promise.all([
    startPreferences(parts, signal),
    startContacts(parts, signal),
  ]);
  const recents = await startRecents(parts, { titleOf: contacts.titleOf }, signal);
  const people: People = { preferences, contacts, recents };
  const wallets = createWalletCheck(createAsking({ home: () => feed.now().home, clock, log }));

  // Signing in anew replaces the line, never a second one beside it.
  let line: { readonly kit: LineKit; readonly end: AbortController } | undefined;
  const signedIn = (account: SignedIn) => {
    line?.end.abort();
    const end = new AbortController();
    const ends = AbortSignal.any([signal, end.signal]);
    line = { end, kit: startLine({ parts, people, account, updates, wallets, clock, log, signal: ends }) };
  };
  const kit = () => line?.kit;
  answerCalls({ bus, kit, home: () => feed.now().home, signal });
  await startNumbers({ ...parts, clock, log }, signal);
  startOffers({ ...parts, dial: dialling => dialFor({ bus, kit }, dialling) }, signal);
  await startAccount(
    parts,
    {
      wallets,
      builtHome,
      signedIn,
      async signOut() {
        line?.kit.line.stop();
        line?.end.abort();
        await store.signOut();
        options.signedOut();
      },
    },
    signal,
  );
  showMissed({ bus, feed, failed, signal });
  feed.ready();
}

/** How many calls were missed, on the toolbar: also after a restart. */
function showMissed({
  bus,
  feed,
  failed,
  signal,
}: Omit<FeatureParts, "store" | "now" | "newId"> & Ends): void {
  const show = () => {
    const { missed } = feed.now();
    bus
      .ask("worker.badge.show", { text: missed > 0 ? String(missed) : "" })
      .catch((error: unknown) => failed("badge", error));
  };
  feed.watch(["missed"], show, signal);
  show();
}

interface Ends {
  readonly signal: AbortSignal;
}
