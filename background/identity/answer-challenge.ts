import { toHeader } from "../../protocol/sip/edit-message.ts";
import { callId } from "../../protocol/sip/fields.ts";
import type { ByteText, SipHeader, SipRequest, SipResponse } from "../../protocol/sip/message.ts";
import {
  AdmissionError,
  admissionBytes,
  type Challenge,
  formatAuthorization,
  parseChallenge,
} from "../../protocol/words/admission.ts";
import { type DeviceKeys, signAsDevice } from "./device-keys.ts";

/** What of the request that is sent again is signed, beside what it has of the one that was refused. */
export interface Claiming {
  readonly request: Pick<SipRequest, "method" | "uri">;
  readonly seq: number;
  readonly contacts: readonly ByteText[];
  /** Whose challenges are answered, and nobody else's. */
  readonly realm: string;
}

/** The node's challenge; `undefined` where it is none of ours, malformed, or of another realm. */
export function challengeOf(response: SipResponse, realm: string): Challenge | undefined {
  for (const { key, value } of response.headers) {
    if (key !== "www-authenticate") continue;
    const challenge = readChallenge(value);
    if (challenge?.realm.toLowerCase() === realm.toLowerCase()) return challenge;
  }
  return undefined;
}

/** The Authorization by which this device proves itself. */
export async function answerChallenge(
  device: DeviceKeys,
  response: SipResponse,
  { request, seq, contacts, realm }: Claiming,
): Promise<SipHeader | undefined> {
  const challenge = challengeOf(response, realm);
  if (challenge === undefined) return undefined;
  const bytes = admissionBytes({
    realm: challenge.realm,
    nonce: challenge.nonce,
    method: request.method,
    requestUri: request.uri,
    callId: callId(response),
    cseq: seq,
    contacts,
  });
  const signature = await signAsDevice(device, bytes);
  const { delegation } = device;
  return toHeader("Authorization", formatAuthorization({ delegation, nonce: challenge.nonce, signature }));
}

function readChallenge(value: ByteText): Challenge | undefined {
  try {
    return parseChallenge(value);
  } catch (error) {
    if (error instanceof AdmissionError) return undefined;
    throw error;
  }
}
