import type { CpuTime } from "../cpu.ts";
import type { Storm } from "./fleet.ts";
import type { Pace, PaceOptions, SaturateOptions } from "./relay-load.ts";
import type { SipOptions } from "./sip-load.ts";
import type { Measured } from "./window.ts";

export interface OpenOptions {
  readonly port: number;
  readonly count: number;
  readonly perAddress: number;
  /** Handshakes in flight at once. */
  readonly parallel: number;
  /** Registers SIP users of this domain; PeerJS clients without it. */
  readonly sipDomain?: string | undefined;
  readonly keepAliveMs: number;
  readonly limitMs: number;
  readonly pids: readonly number[];
}

export interface Opened {
  readonly seconds: number;
  readonly cpu: CpuTime;
}

export interface StormOptions {
  readonly limitMs: number;
  readonly pids: readonly number[];
}

/** What a benchmark may ask of its load. */
export type Command =
  | ({ readonly name: "open" } & OpenOptions)
  | ({ readonly name: "saturate" } & SaturateOptions)
  | ({ readonly name: "pace" } & PaceOptions)
  | ({ readonly name: "storm" } & StormOptions)
  | ({ readonly name: "register" } & SipOptions)
  | ({ readonly name: "call" } & SipOptions)
  | { readonly name: "check" };

/** What each command is answered with. */
export interface Answers {
  readonly open: Opened;
  readonly saturate: Measured;
  readonly pace: Pace;
  readonly storm: Opened & Storm;
  readonly register: Measured;
  readonly call: Measured;
  /** Nothing, when all clients are still connected and welcome. */
  readonly check: undefined;
}

export type Reply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string };
