import type { IceServer, Preferences, RingtoneName } from "../../../background/bus/phone-contract.ts";
import { isRecord } from "../../../protocol/bus/plain.ts";
import { defaultPreferences } from "./model.ts";

export const preferenceLimits = {
  /** Each is asked at every call, and browsers warn from five. */
  iceServers: 8,
  url: 255,
  /** Of a name or a secret (RFC 8489 §14.3 allows 508 bytes). */
  secret: 256,
  /** Browsers write 64 characters. */
  device: 256,
} as const;

const ringtoneNames: readonly RingtoneName[] = ["classic", "soft", "pulse"];

type Readers = { readonly [Name in keyof Preferences]: (value: unknown) => Preferences[Name] | undefined };

/** What each field may be; `undefined` for anything else. */
export const readers: Readers = {
  doNotDisturb: readSwitch,
  admitsGuests: readSwitch,
  ringtone: readRingtone,
  devices: readDevices,
  ice: readIce,
};

/** What was stored, perhaps by another version: each field that is not understood is as if it had not been chosen. */
export function readPreferences(stored: unknown): Preferences {
  const fields = isRecord(stored) ? stored : {};
  const read = <Name extends keyof Preferences>(name: Name) =>
    readers[name](fields[name]) ?? defaultPreferences[name];
  return {
    doNotDisturb: read("doNotDisturb"),
    admitsGuests: read("admitsGuests"),
    ringtone: read("ringtone"),
    devices: read("devices"),
    ice: read("ice"),
  };
}

/**
 * `stun:host`, `turn:host:3478?transport=udp`, `turns:host` (RFC 7064, 7065).
 *
 * @example
 * isIceUrl("turn:relay.example:3478?transport=tcp") // true
 */
export function isIceUrl(text: string): boolean {
  if (text.length > preferenceLimits.url) return false;
  const [, scheme, port, transport] =
    /^(stun|turns?):(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::(\d{1,5}))?(\?transport=(?:udp|tcp))?$/.exec(
      text,
    ) ?? [];
  if (scheme === undefined || (scheme === "stun" && transport !== undefined)) return false;
  return port === undefined || (Number(port) > 0 && Number(port) <= 65_535);
}

function readSwitch(value: unknown): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}

function readRingtone(value: unknown): Preferences["ringtone"] | undefined {
  if (!isRecord(value)) return undefined;
  const { volume, device } = value;
  const tone = ringtoneNames.find(name => name === value["tone"]);
  const isVolume = typeof volume === "number" && volume >= 0 && volume <= 1;
  return tone && isVolume && isDevice(device) ? { tone, volume, device } : undefined;
}

function readDevices(value: unknown): Preferences["devices"] | undefined {
  if (!isRecord(value)) return undefined;
  const { microphone, camera, speaker } = value;
  const areDevices = isDevice(microphone) && isDevice(camera) && isDevice(speaker);
  return areDevices ? { microphone, camera, speaker } : undefined;
}

function readIce(value: unknown): Preferences["ice"] | undefined {
  if (!isRecord(value)) return undefined;
  const { servers, relayOnly } = value;
  if (!Array.isArray(servers) || servers.length > preferenceLimits.iceServers) return undefined;
  const read = servers.map(readServer);
  return read.every(server => server !== undefined) && typeof relayOnly === "boolean"
    ? { servers: read, relayOnly }
    : undefined;
}

/** A TURN server without a name and a secret makes the browser refuse the whole connection (W3C WebRTC §4.4.1.6). */
function readServer(value: unknown): IceServer | undefined {
  if (!isRecord(value)) return undefined;
  const { url, username, credential } = value;
  if (typeof url !== "string" || !isIceUrl(url)) return undefined;
  if (url.startsWith("stun:")) return { url };
  return isSecret(username) && isSecret(credential) ? { url, username, credential } : undefined;
}

function isDevice(value: unknown): value is string {
  return typeof value === "string" && value.length <= preferenceLimits.device;
}

function isSecret(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= preferenceLimits.secret;
}
