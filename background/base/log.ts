import { EtherlynkError } from "../../protocol/errors.ts";
import { createRedaction, isLabelled, type Labelled, scrub } from "./redaction.ts";

/**
 * `error`: somebody lost something. `warn`: something went wrong and was mended. `info`: one line for each step
 * of a call's, a line's or the phone's life. `debug`: the rest.
 */
export type LogLevel = "error" | "warn" | "info" | "debug";

/** A value that may be written. Whatever names or belongs to somebody is labelled first: see redaction.ts. */
export type LogValue = string | number | boolean | undefined | Labelled;

export interface LogLine {
  /** By the phone's clock, in milliseconds since 1970. */
  readonly at: number;
  readonly level: LogLevel;
  /** `call.invite.refused`: owner, noun, verb. */
  readonly name: string;
  readonly fields: Readonly<Record<string, string | number | boolean>>;
}

export interface LogOptions {
  readonly now: () => number;
  /** Lines below it are not made. */
  readonly level: LogLevel;
  readonly write: (line: LogLine) => void;
}

type Fields = Readonly<Record<string, LogValue>>;

export type Log = Readonly<Record<LogLevel, (name: string, fields?: Fields) => void>> & {
  /** An error line with what `failure` says about itself; a bug's stack goes along, its message scrubbed. */
  failed(name: string, failure: unknown, fields?: Fields): void;
};

const order: Readonly<Record<LogLevel, number>> = { error: 0, warn: 1, info: 2, debug: 3 };

/** A log whose lines hold no names, addresses or secrets, so that people can send it with a report. */
export function createLog({ now, level, write }: LogOptions): Log {
  const redact = createRedaction();
  const line =
    (of: LogLevel) =>
    (name: string, fields: Fields = {}) => {
      if (order[of] > order[level]) return;
      write({ at: now(), level: of, name, fields: toPlain(fields, redact) });
    };
  const error = line("error");
  return {
    error,
    warn: line("warn"),
    info: line("info"),
    debug: line("debug"),
    failed: (name, failure, fields) => error(name, { ...fields, ...describe(failure) }),
  };
}

/** One line of text, as consoles and reports show it. */
export function formatLogLine({ at, level, name, fields }: LogLine): string {
  const pairs = Object.entries(fields).map(([field, value]) => `${field}=${quote(value)}`);
  return [new Date(at).toISOString(), level, name, ...pairs].join(" ");
}

function toPlain(fields: Fields, redact: (labelled: Labelled) => string): LogLine["fields"] {
  const plain: Record<string, string | number | boolean> = {};
  for (const [field, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    if (isLabelled(value)) plain[field] = redact(value);
    else plain[field] = typeof value === "string" ? scrub(value) : value;
  }
  return plain;
}

/** A typed error's sentence is ours, yet it may quote what it was about: it is scrubbed like any text. */
function describe(failure: unknown): Fields {
  if (failure instanceof EtherlynkError) {
    return { code: failure.code, said: failure.message, cause: describeCause(failure.cause) };
  }
  if (!(failure instanceof Error)) return { said: typeof failure === "string" ? failure : typeof failure };
  return { code: failure.name, said: failure.message, at: firstFrames(failure.stack) };
}

function describeCause(cause: unknown): string | undefined {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : undefined;
}

/** Where it happened: functions and lines of our bundle, no message, no path of a machine. */
function firstFrames(stack: string | undefined): string | undefined {
  const frames = stack?.split("\n").filter(frame => /^\s+at |@/.test(frame)) ?? [];
  return frames
    .slice(0, 3)
    .map(frame => frame.trim().replace(/\(?(?:\w+:\/\/)?\S*\/([^/\s]+:\d+:\d+)\)?$/, "$1"))
    .join(" < ");
}

function quote(value: string | number | boolean): string {
  return typeof value === "string" && /[\s"=]/.test(value) ? JSON.stringify(value) : String(value);
}
