import type { CpuTime } from "../cpu.ts";
import type { Pace, PaceOptions, Saturation, SaturateOptions } from "./relay-load.ts";

export interface OpenOptions {
  readonly port: number;
  readonly count: number;
  readonly perAddress: number;
  readonly parallel: number;
  readonly keepAliveMs: number;
  readonly limitMs: number;
  readonly pids: readonly number[];
}

export interface Opened {
  readonly seconds: number;
  readonly cpu: CpuTime;
}

/** What a benchmark may ask of its load. */
export type Command =
  | ({ readonly name: "open" } & OpenOptions)
  | ({ readonly name: "saturate" } & SaturateOptions)
  | ({ readonly name: "pace" } & PaceOptions)
  | { readonly name: "check" };

/** What each command is answered with. */
export interface Answers {
  readonly open: Opened;
  readonly saturate: Saturation;
  readonly pace: Pace;
  readonly check: undefined;
}

export type Reply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string };
