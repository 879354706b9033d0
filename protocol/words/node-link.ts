import { signingBytes } from "./signing-bytes.ts";

/**
 * How two nodes of different domains prove their keys to each other: both send a nonce and a public key, both
 * sign `nodeLinkBytes` of what they sent and got. The key is believed when its thumbprint (`p256-key.ts`) is the
 * one expected of the other domain.
 */
export interface NodeLinkClaim {
  /** Of the signer: the one who opened the connection, or the one who took it. Keeps a signature from being mirrored. */
  readonly role: "caller" | "callee";
  /** Of the signer and of the other, in lower case, ASCII. */
  readonly ownDomain: string;
  readonly otherDomain: string;
  readonly ownNonce: string;
  readonly otherNonce: string;
}

/** Bytes of a nonce: 128 bits, as base64url. */
export const nodeLinkNonceBytes = 16;

/** The bytes a node signs (ECDSA on P-256 with SHA-256). */
export function nodeLinkBytes(claim: NodeLinkClaim): Uint8Array {
  const { role, ownDomain, otherDomain, ownNonce, otherNonce } = claim;
  return signingBytes("etherlynk node-link 1", [role, ownDomain, otherDomain, ownNonce, otherNonce]);
}

/** The claim the other side signs, for checking its signature. */
export function mirrored(claim: NodeLinkClaim): NodeLinkClaim {
  return {
    role: claim.role === "caller" ? "callee" : "caller",
    ownDomain: claim.otherDomain,
    otherDomain: claim.ownDomain,
    ownNonce: claim.otherNonce,
    otherNonce: claim.ownNonce,
  };
}
