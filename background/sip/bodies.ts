import { contentType, cseq } from "../../protocol/sip/fields.ts";
import type { ByteText, SipMessage } from "../../protocol/sip/message.ts";
import { hasOnlyMediaKeys, type MediaKey } from "../../protocol/words/media-key.ts";
import type { DeviceKeys } from "../identity/device-keys.ts";
import { createSealSecrets } from "../identity/seal-secrets.ts";
import { openBody, sealBody, sealedMediaType } from "../identity/sealed-body.ts";
import type { ProvenPeer } from "../identity/verify-identity.ts";

export const sdpMediaType = "application/sdp";

/**
 * Who is at the other end: a proven device, bodies sealed to it; or a foreign client, bodies in clear. Of those one may
 * have signed which certificates it will use: it is held to them all the same.
 */
export type Peer = ProvenPeer | Signer | "foreign";

export interface Signer {
  readonly signed: readonly MediaKey[];
}

/** Between two dialog ends, as the writer of a body sees them. */
export interface Ends {
  readonly callId: string;
  readonly from: string;
  readonly to: string;
}

/** A body as it stands in a message. */
export interface WireBody {
  readonly mediaType: string;
  readonly body: ByteText;
}

export type Opened =
  | { readonly ok: true; readonly sdp: ByteText }
  /** `fingerprint`: not sealed by whom it should be, or another certificate in it than was signed. */
  | { readonly ok: false; readonly why: "media" | "fingerprint" };

export interface Bodies {
  seal(peer: Peer, plain: WireBody, where: Where): Promise<WireBody>;
  /** What a wire body says; `undefined` where it is not sealed as it should be. */
  open(peer: Peer, wire: WireBody, where: Where): Promise<WireBody | undefined>;
  /** An SDP that may be handed to media. */
  openSdp(peer: Peer, wire: WireBody, where: Where): Promise<Opened>;
}

/** `label`: which message of the dialog it is in, as `labelOf` says it. */
export interface Where {
  readonly ends: Ends;
  readonly label: string;
}

/** Which message of its dialog this is: `INVITE 1 200`, `ACK 1`, `INFO 4`. */
export function labelOf(message: SipMessage): string {
  const { seq, method } = cseq(message);
  return message.kind === "request" ? `${method} ${seq}` : `${method} ${seq} ${message.status}`;
}

/** The body of a message, where it has one that is read here. */
export function wireBodyOf(message: SipMessage): WireBody | undefined {
  const mediaType = contentType(message)?.type;
  return message.body === "" || mediaType === undefined ? undefined : { mediaType, body: message.body };
}

export function createBodies(device: DeviceKeys): Bodies {
  const secrets = createSealSecrets(device);
  const sealing = (peer: ProvenPeer, { ends, label }: Where) => ({
    device,
    secrets,
    peer: peer.sealKey,
    place: [ends.callId, ends.from, ends.to, label],
  });
  const open: Bodies["open"] = async (peer, wire, where) => {
    if (isForeign(peer)) return wire.mediaType === sealedMediaType ? undefined : wire;
    return wire.mediaType === sealedMediaType ? openBody(sealing(peer, where), wire.body) : undefined;
  };
  return {
    async seal(peer, plain, where) {
      if (isForeign(peer)) return plain;
      return { mediaType: sealedMediaType, body: await sealBody(sealing(peer, where), plain) };
    },
    open,
    async openSdp(peer, wire, where) {
      const plain = await open(peer, wire, where);
      if (plain?.mediaType !== sdpMediaType) {
        return { ok: false, why: isForeign(peer) ? "media" : "fingerprint" };
      }
      const keys = keysOf(peer);
      const isSigned = keys === undefined || hasOnlyMediaKeys(plain.body, keys);
      return isSigned ? { ok: true, sdp: plain.body } : { ok: false, why: "fingerprint" };
    },
  };
}

function isForeign(peer: Peer): peer is Signer | "foreign" {
  return peer === "foreign" || "signed" in peer;
}

/** The certificates that the other end is held to; none where it signed nothing. */
function keysOf(peer: Peer): readonly MediaKey[] | undefined {
  if (peer === "foreign") return undefined;
  return "signed" in peer ? peer.signed : peer.mediaKeys;
}
