import { fromString as bytesOfText, toString as textOfBytes } from "ox/Bytes";
import type { ByteText, SipHeader } from "../sip/message.ts";
import { formatBase64Url, parseBase64Url } from "../words/base64url.ts";
import { peerLimits } from "./limits.ts";
import { isConnectionId, isSerialization, type PeerConnection, readMetadataText } from "./peer-payload.ts";

/** What of a PeerJS connection has no place in SIP of its own. Text is base64url, so that no quoting can go wrong. */
const NAME = "Etherlynk-Peer";
export const peerHeaderKey = "etherlynk-peer";

/** A PeerJS connection as a header of its INVITE: `Etherlynk-Peer: media;id=…;metadata=…`. */
export function toPeerHeader(connection: PeerConnection): SipHeader {
  const { connectionId, type, metadata, label, serialization, reliable } = connection;
  const params = [
    `id=${encode(connectionId)}`,
    ...(metadata === undefined ? [] : [`metadata=${encode(JSON.stringify(metadata))}`]),
    ...(label === undefined ? [] : [`label=${encode(label)}`]),
    ...(serialization === undefined ? [] : [`serialization=${encode(serialization)}`]),
    ...(reliable ? ["reliable"] : []),
  ];
  return { key: peerHeaderKey, name: NAME, value: [type, ...params].join(";") };
}

/** The connection a header describes; `undefined` where it is malformed, for it may come from anybody. */
export function parsePeerHeader(value: ByteText): PeerConnection | undefined {
  const [type, ...params] = value.trim().split(/[ \t]*;[ \t]*/, 8);
  const found = new Map(
    params.map(param => [param.split("=", 1)[0] ?? "", param.slice(param.indexOf("=") + 1)]),
  );
  const connectionId = decode(found.get("id"), peerLimits.connectionIdLength);
  if ((type !== "media" && type !== "data") || !isConnectionId(connectionId)) return undefined;
  const metadata = readMetadataText(decode(found.get("metadata"), peerLimits.metadataBytes * 3));
  const label = decode(found.get("label"), peerLimits.labelLength * 3);
  const serialization = decode(found.get("serialization"), 32);
  if (serialization !== undefined && !isSerialization(serialization)) return undefined;
  const common: PeerConnection = { connectionId, type, ...(metadata === undefined ? {} : { metadata }) };
  if (type === "media") return common;
  return {
    ...common,
    ...(label === undefined ? {} : { label }),
    ...(serialization === undefined ? {} : { serialization }),
    reliable: found.has("reliable"),
  };
}

function encode(text: string): string {
  return formatBase64Url(bytesOfText(text));
}

function decode(text: string | undefined, mostBytes: number): string | undefined {
  const bytes = text === undefined ? undefined : parseBase64Url(text, mostBytes);
  return bytes && textOfBytes(bytes);
}
