import type { ByteText } from "../sip/message.ts";

/** A DTLS certificate's fingerprint as a PASSporT states it (RFC 8225 §5.2.2): hexadecimal in capitals, no colons. */
export interface MediaKey {
  readonly alg: "sha-256";
  readonly dig: string;
}

/** Reads the value of `a=fingerprint:` (RFC 8122 §5); `undefined` for any hash but SHA-256. */
export function parseFingerprint(value: string): MediaKey | undefined {
  const digest = /^sha-256 ([0-9a-f]{2}(?::[0-9a-f]{2}){31})$/i.exec(value.trim())?.[1];
  return digest === undefined ? undefined : { alg: "sha-256", dig: digest.replaceAll(":", "").toUpperCase() };
}

/** The value of `a=fingerprint:`. */
export function formatFingerprint(key: MediaKey): string {
  return `sha-256 ${key.dig.replace(/..(?=.)/g, "$&:")}`;
}

export function isMediaKey(value: unknown): value is MediaKey {
  if (typeof value !== "object" || value === null || !("alg" in value) || !("dig" in value)) return false;
  return value.alg === "sha-256" && typeof value.dig === "string" && /^[0-9A-F]{64}$/.test(value.dig);
}

/**
 * Whether an SDP may be applied: every m-line that is not refused stands under a fingerprint, and no fingerprint in
 * it is other than the promised ones. One foreign or unreadable fingerprint fails the whole: some client might
 * take it.
 */
export function hasOnlyMediaKeys(sdp: ByteText, promised: readonly MediaKey[]): boolean {
  const [session = "", ...sections] = sdp.split(/^m=/m);
  const inSession = fingerprintsOf(session);
  if (sections.length === 0) return false;
  const known = (line: string) => promised.some(key => key.dig === parseFingerprint(line)?.dig);
  return sections.every(section => {
    const found = [...inSession, ...fingerprintsOf(section)];
    return (found.length > 0 || isRefused(section)) && found.every(known);
  });
}

/** RFC 9429 §5.3.1: a refused m-line has port 0 and no keys; one of a bundle (RFC 9143 §6) has port 0 and counts. */
function isRefused(section: ByteText): boolean {
  return /^[^ \r\n]+ 0[ /]/.test(section) && !/^a=bundle-only/m.test(section);
}

function fingerprintsOf(section: ByteText): string[] {
  return [...section.matchAll(/^a=fingerprint:([^\r\n]*)/gim)].map(([, value = ""]) => value);
}
