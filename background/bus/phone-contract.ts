import type { Ask } from "../../protocol/bus/contract.ts";
import type { CallDirection } from "../../protocol/call/call.ts";
import type { AddressBook } from "../../protocol/chain/address-book.ts";
import type { CallId, OfferId } from "../../protocol/ids.ts";
import type { Context } from "../../protocol/words/context.ts";

declare module "../../protocol/bus/contract.ts" {
  interface Asks {
    "phone.snapshot.read": Ask<null, PhoneSnapshot>;
    "phone.call.dial": Ask<Dialling, { readonly call: CallId }>;
    /** The test call: `sip:echo@` the line's own domain. */
    "phone.echo.dial": Ask<null, { readonly call: CallId }>;
    "phone.call.answer": Ask<{ readonly call: CallId }, null>;
    "phone.call.decline": Ask<{ readonly call: CallId }, null>;
    "phone.call.hang-up": Ask<{ readonly call: CallId }, null>;
    "phone.call.hold": Ask<{ readonly call: CallId; readonly held: boolean }, null>;
    /** Brings the window of a call to the front, and opens it where it is not. */
    "phone.call.show": Ask<{ readonly call: CallId }, null>;
    /** It was read. */
    "phone.lost-number.forget": Ask<{ readonly number: string }, null>;
  }
  interface Tells {
    "phone.snapshot.changed": SnapshotChange;
  }
}

/** All that a panel shows, at one moment. Panels mirror it and own nothing else but what is on the screen. */
export interface PhoneSnapshot {
  /** Grows with every change while the phone lives: an older one that comes late is known by it. */
  readonly revision: number;
  readonly me: Me | null;
  readonly line: LineView;
  readonly calls: readonly CallView[];
  /** The newest; older ones are asked for (features/recents). */
  readonly recents: readonly RecentView[];
  /** Calls that were missed and not looked at. */
  readonly missed: number;
  readonly contacts: readonly ContactView[];
  readonly preferences: Preferences;
  readonly home: HomeDomain;
  readonly offers: readonly OfferView[];
  /** Numbers that were sold or given away, the oldest first, until each was read. */
  readonly lost?: readonly LostNumber[];
}

/** A number that the account owns no longer. The line stays ready: it is the account's. */
export interface LostNumber {
  readonly number: string;
  /** Whose it is now, in words. */
  readonly said: string;
}

/** The parts that are others now; `revision` is one more than that of the change before it. */
export type SnapshotChange = Pick<PhoneSnapshot, "revision"> & Partial<PhoneSnapshot>;

export interface Dialling {
  readonly to: string;
  readonly context?: Context;
}

export interface Me {
  readonly account: string;
  readonly name?: string;
}

export type LineState = "signed-out" | "connecting" | "ready" | "waiting" | "refused";

export interface LineView {
  readonly state: LineState;
  /** Why, where there is more to say than the state does. */
  readonly said?: string;
}

export type CallStage =
  | "checking"
  | "calling"
  | "ringing"
  | "connecting"
  | "talking"
  | "held"
  | "reconnecting"
  | "ended";

export interface CallView {
  readonly id: CallId;
  readonly direction: CallDirection;
  readonly stage: CallStage;
  readonly peer: PeerView;
  readonly context?: Context;
  /** When talking began, in milliseconds since 1970. */
  readonly since?: number;
  /** How it ended, or what is the matter, in words. */
  readonly said?: string;
  /** Both called each other at once, and talk in that call: this one has nothing to say any more. */
  readonly goesOnIn?: CallId;
}

/**
 * `account`: both proved who they are. `foreign`: a client that cannot prove it. `guest`: a PeerJS page. `refuted`: it
 * ended because the proof did not hold.
 */
export type Proof = "checking" | "account" | "foreign" | "guest" | "refuted";

export interface PeerView {
  /** The contact's name, what the chain calls them, or the address. Never a page's words, nor a name only claimed. */
  readonly title: string;
  readonly address: string;
  readonly proof: Proof;
  /** Of a `foreign` one: the account that signed the answer. That the address leads to it is the node's word alone. */
  readonly signer?: string;
  /** The address is in the contacts; where nothing is proven, it is only claimed. */
  readonly isContact: boolean;
  /** What the chain says of the account, once it was asked: only what was checked in both directions. */
  readonly known?: KnownOnChain;
}

export interface KnownOnChain {
  readonly chain: string;
  /** An ENS name that leads to the account. */
  readonly name?: string;
  /** As people write it: a number that the account owns now. */
  readonly number?: string;
  /** The account controls the name in the registry, or goes by it itself. */
  readonly ownsName: boolean;
  /** Name and number claim each other. */
  readonly areLinked: boolean;
  /** When the number changed hands last, in milliseconds since 1970. */
  readonly changedHands?: number;
  /** Part of it was said by a server outside the chain. */
  readonly isOffchain: boolean;
}

export interface RecentView {
  /** Of its place in the log. */
  readonly id: string;
  readonly title: string;
  readonly address: string;
  readonly direction: CallDirection;
  readonly at: number;
  readonly missed: boolean;
  readonly said: string;
}

export interface ContactView {
  readonly id: string;
  readonly title: string;
  readonly address: string;
  readonly isBlocked: boolean;
}

/** What the user chose, for all calls. */
export interface Preferences {
  /** Nobody rings; who calls finds nobody, the user a missed call. */
  readonly doNotDisturb: boolean;
  /** Foreign clients and PeerJS pages, which prove nothing, may ring. */
  readonly admitsGuests: boolean;
  readonly ringtone: {
    readonly tone: RingtoneName;
    /** In [0, 1]. */
    readonly volume: number;
    /** A loudspeaker; empty: the system's own choice. */
    readonly device: string;
  };
  /** Chosen devices; empty: the system's own choice. */
  readonly devices: { readonly microphone: string; readonly camera: string; readonly speaker: string };
  readonly ice: {
    readonly servers: readonly IceServer[];
    /** No address of this machine is told; everything goes through a TURN server. */
    readonly relayOnly: boolean;
  };
}

export type RingtoneName = "classic" | "soft" | "pulse";

export interface IceServer {
  /** `stun:…`, `turn:…` or `turns:…`. */
  readonly url: string;
  readonly username?: string;
  readonly credential?: string;
}

/** Where this phone has its line, and the chain its wallet signs for. */
export interface HomeDomain {
  readonly domain: string;
  /** Of its nodes: `wss://node.example/`. */
  readonly urls: readonly string[];
  readonly chain: { readonly id: number; readonly rpc?: string };
  /** Chains that are asked who is behind a number or a name; none where nobody was named any. */
  readonly book?: AddressBook;
}

/** What a page offers; only the user places it. */
export interface OfferView {
  readonly id: OfferId;
  readonly to: string;
  readonly origin: string;
  readonly context?: Context;
}
