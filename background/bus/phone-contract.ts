import type { Ask } from "../../protocol/bus/contract.ts";
import type { CallDirection } from "../../protocol/call/call.ts";
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
    "phone.call.mute": Ask<{ readonly call: CallId; readonly muted: boolean }, null>;
    "phone.call.hold": Ask<{ readonly call: CallId; readonly held: boolean }, null>;
    "phone.call.press": Ask<{ readonly call: CallId; readonly digits: string }, null>;
    "phone.account.sign-out": Ask<null, null>;
  }
  interface Tells {
    "phone.snapshot.changed": PhoneSnapshot;
  }
}

/** All that a panel shows, at one moment. Panels mirror it and own nothing else but what is on the screen. */
export interface PhoneSnapshot {
  /** Grows with every change while the phone lives: an older one that comes late is known by it. */
  readonly revision: number;
  readonly me: Me | null;
  readonly line: LineView;
  readonly calls: readonly CallView[];
  readonly recents: readonly RecentView[];
  readonly contacts: readonly ContactView[];
  readonly offers: readonly OfferView[];
}

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
  readonly muted: boolean;
  /** How it ended, or what is the matter, in words. */
  readonly said?: string;
}

/** `account`: both proved who they are. `foreign`: a client that cannot prove it. `guest`: a PeerJS page. */
export type Proof = "checking" | "account" | "foreign" | "guest";

export interface PeerView {
  /** The contact's name, or the address in short. Never a page's words. */
  readonly title: string;
  readonly address: string;
  readonly proof: Proof;
  readonly isContact: boolean;
}

export interface RecentView {
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
}

/** What a page offers; only the user places it. */
export interface OfferView {
  readonly id: OfferId;
  readonly to: string;
  readonly origin: string;
  readonly context?: Context;
}
