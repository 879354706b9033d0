import { limits } from "./limits.ts";

/**
 * error: the node or one of its clients lost something through our fault; warn: it recovered by itself, or an
 * operator should look; info: one line per step of the node's life; debug: the rest.
 */
export type LogLevel = "error" | "warn" | "info" | "debug";

/** Fields are numbers and short words of our own. Never a token, never what a client sent. */
export type Log = (level: LogLevel, event: string, fields?: LogFields) => void;
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

const ORDER: readonly LogLevel[] = ["error", "warn", "info", "debug"];

/** A log of one line per event: level, event, then `name=value`. */
export function createLog(write: (line: string) => void, most: LogLevel = "info"): Log {
  const shown = ORDER.indexOf(most);
  let second = 0;
  let written = 0;
  let left = 0;
  return (level, event, fields = {}) => {
    if (ORDER.indexOf(level) > shown) return;
    const now = Math.floor(performance.now() / 1_000);
    if (now !== second) {
      if (left > 0) write(`warn log.shortened lines=${left}`);
      second = now;
      written = left = 0;
    }
    written += 1;
    if (written > limits.logLinesPerSecond) left += 1;
    else write(formatLine(level, event, fields));
  };
}

export function silentLog(): Log {
  return () => undefined;
}

function formatLine(level: LogLevel, event: string, fields: LogFields): string {
  const words = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${formatValue(value)}`);
  return [level, event, ...words].join(" ");
}

/** Quoted where it could be taken for more than one word; control characters cannot forge a line. */
function formatValue(value: LogFields[string]): string {
  const text = String(value);
  return /^[\w.:/@+-]*$/.test(text) ? text : JSON.stringify(text);
}
