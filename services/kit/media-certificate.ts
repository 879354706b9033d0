import { createSelfSignedCertificate, RTCCertificate } from "werift";
import { type MediaKey, parseFingerprint } from "../../protocol/words/media-key.ts";

/** The DTLS certificate of a machine's calls: one for the life of the process, its fingerprint known beforehand. */
export interface MediaCertificate {
  readonly certificate: RTCCertificate;
  readonly key: MediaKey;
}

// RFC 5246 §7.4.1.4.1: SHA-256 with ECDSA, on P-256 (werift's default curve).
const SIGNATURE = { hash: 4, signature: 3 } as const;

export async function createMediaCertificate(): Promise<MediaCertificate> {
  const { keyPem, certPem, signatureHash } = await createSelfSignedCertificate(SIGNATURE);
  const certificate = new RTCCertificate(keyPem, certPem, signatureHash);
  for (const { algorithm, value } of certificate.getFingerprints()) {
    const key = parseFingerprint(`${algorithm} ${value}`);
    if (key !== undefined) return { certificate, key };
  }
  throw new Error("A certificate has a fingerprint by SHA-256.");
}
