import type { ByteText } from "../sip/message.ts";

/** One value of the `Reason` header (RFC 3326 §2). */
export interface ReasonValue {
  /** Lower case: `sip`, `q.850`, `etherlynk`. */
  readonly protocol: string;
  readonly cause: number | undefined;
  readonly text: string;
}

const MAX_VALUES = 8;
const MAX_LENGTH = 1024;
const TOKEN = /^[\w\-.!%*+`'~]+$/;

/**
 * Reads one or several `Reason` header lines. Never throws: a reason is a comment on what happened, and one that
 * cannot be read is none.
 *
 * @example
 * parseReasons(['SIP;cause=200;text="Call completed elsewhere"'])
 * // [{ protocol: "sip", cause: 200, text: "Call completed elsewhere" }]
 */
export function parseReasons(lines: readonly ByteText[]): readonly ReasonValue[] {
  const values: ReasonValue[] = [];
  for (const line of lines.slice(0, MAX_VALUES)) {
    if (line.length > MAX_LENGTH) continue;
    for (const part of splitOutsideQuotes(line, ",")) {
      const value = parseReason(part);
      if (value && values.length < MAX_VALUES) values.push(value);
    }
  }
  return values;
}

/**
 * @example
 * formatReason({ protocol: "SIP", cause: 200, text: "Call completed elsewhere" })
 * // 'SIP;cause=200;text="Call completed elsewhere"'
 */
export function formatReason(value: { protocol: string; cause: number; text: string }): ByteText {
  return `${value.protocol};cause=${value.cause};text="${value.text.replace(/["\\]/g, "\\$&")}"`;
}

function parseReason(part: string): ReasonValue | undefined {
  const [protocol = "", ...params] = splitOutsideQuotes(part, ";").map(piece => piece.trim());
  if (!TOKEN.test(protocol)) return undefined;
  const named = new Map(params.map(readParam));
  const cause = named.get("cause") ?? "";
  return {
    protocol: protocol.toLowerCase(),
    cause: /^\d{1,4}$/.test(cause) ? Number(cause) : undefined,
    text: named.get("text") ?? "",
  };
}

function readParam(param: string): [name: string, value: string] {
  const equal = param.indexOf("=");
  if (equal < 0) return [param.toLowerCase(), ""];
  return [param.slice(0, equal).trim().toLowerCase(), unquote(param.slice(equal + 1).trim())];
}

function unquote(value: string): string {
  if (value.length < 2 || !value.startsWith('"') || !value.endsWith('"')) return value;
  return value.slice(1, -1).replace(/\\(.)/g, "$1");
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = [];
  let quoted = false;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === "\\" && quoted) at += 1;
    else if (char === '"') quoted = !quoted;
    else if (char === separator && !quoted) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}
