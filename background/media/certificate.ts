import { EtherlynkError } from "../../protocol/errors.ts";
import { type MediaKey, parseFingerprint } from "../../protocol/words/media-key.ts";

/** The certificate of one call, made ahead of it, and what is signed of it. It may be kept in IndexedDB. */
export interface CallCertificate {
  readonly certificate: RTCCertificate;
  readonly keys: readonly MediaKey[];
}

const algorithm: EcKeyGenParams = { name: "ECDSA", namedCurve: "P-256" };

export async function createCertificate(): Promise<CallCertificate> {
  const certificate = await RTCPeerConnection.generateCertificate(algorithm);
  return { certificate, keys: await readMediaKeys(certificate) };
}

/** @throws CertificateError */
export async function readMediaKeys(certificate: RTCCertificate): Promise<readonly MediaKey[]> {
  // Not every browser tells it of the certificate itself; all write it into their SDP.
  const told = "getFingerprints" in certificate ? certificate.getFingerprints() : [];
  const lines = told.map(({ algorithm = "", value = "" }) => `${algorithm} ${value}`);
  const values = lines.length > 0 ? lines : await readFromSdp(certificate);
  const keys = values.flatMap(value => parseFingerprint(value) ?? []);
  const [key] = keys;
  if (key === undefined) throw new CertificateError();
  return [key];
}

async function readFromSdp(certificate: RTCCertificate): Promise<string[]> {
  const connection = new RTCPeerConnection({ certificates: [certificate] });
  try {
    connection.createDataChannel("");
    const { sdp = "" } = await connection.createOffer();
    return [...sdp.matchAll(/^a=fingerprint:([^\r\n]*)/gm)].map(([, value = ""]) => value);
  } finally {
    connection.close();
  }
}

export class CertificateError extends EtherlynkError {
  constructor() {
    super("media.certificate", "This browser does not say what its certificate is. Please update it.");
  }
}
