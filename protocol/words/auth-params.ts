import type { ByteText } from "../sip/message.ts";

/** Longest header value read here: a delegation of a smart account takes 3 KB. */
const LONGEST_VALUE = 8_192;

// RFC 3261 §25.1: `auth-param = auth-param-name EQUAL (token / quoted-string)`, with its comma or the end.
const PARAMETER =
  /[ \t]*([!%'*+.0-9A-Z_`a-z~-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([!%'*+.0-9A-Z_`a-z~-]+))[ \t]*(,|$)/y;

/**
 * Reads the parameters of an `Authorization` or `WWW-Authenticate` value of one scheme. `undefined` for another
 * scheme, for what is malformed, and where a parameter stands twice.
 */
export function parseAuthParams(scheme: string, value: ByteText): ReadonlyMap<string, ByteText> | undefined {
  if (value.length > LONGEST_VALUE) return undefined;
  const start = value.trimStart();
  if (start.slice(0, scheme.length + 1).toLowerCase() !== `${scheme.toLowerCase()} `) return undefined;
  const text = start.slice(scheme.length + 1).trimEnd();
  const found = new Map<string, ByteText>();
  const pattern = new RegExp(PARAMETER);
  while (pattern.lastIndex < text.length) {
    const [, name = "", quoted, token = "", comma] = pattern.exec(text) ?? [];
    const key = name.toLowerCase();
    if (key === "" || found.has(key)) return undefined;
    found.set(key, quoted === undefined ? token : quoted.replace(/\\(.)/gs, "$1"));
    if (comma === "") return found;
  }
  return undefined;
}

/** A value of one scheme; every parameter is quoted. */
export function formatAuthParams(scheme: string, params: Readonly<Record<string, ByteText>>): ByteText {
  const written = Object.entries(params).map(
    ([name, value]) => `${name}="${value.replace(/["\\]/g, "\\$&")}"`,
  );
  return `${scheme} ${written.join(", ")}`;
}
