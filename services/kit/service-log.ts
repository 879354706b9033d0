/** error: somebody lost something; warn: an operator should look; info: a step of the service's life; debug: the rest. */
export type LogLevel = "error" | "warn" | "info" | "debug";

/** Fields are numbers and short words of our own: never a token, an address of a caller, or what somebody sent. */
export type Log = (
  level: LogLevel,
  event: string,
  fields?: Readonly<Record<string, string | number | boolean>>,
) => void;

/** One line per event: level, event, then `name=value`, quoted where it could be taken for more than one word. */
export function createLog(write: (line: string) => void): Log {
  return (level, event, fields = {}) => {
    if (level === "debug") return;
    const words = Object.entries(fields).map(([name, value]) => `${name}=${formatValue(String(value))}`);
    write([level, event, ...words].join(" "));
  };
}

function formatValue(text: string): string {
  return /^[\w.:/@+-]+$/.test(text) ? text : JSON.stringify(text);
}
