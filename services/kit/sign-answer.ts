import { toHeader } from "../../protocol/sip/edit-message.ts";
import type { ByteText, SipHeader, SipRequest } from "../../protocol/sip/message.ts";
import { formatIdentity, type Identity, parseIdentity } from "../../protocol/words/identity.ts";
import type { MediaKey } from "../../protocol/words/media-key.ts";
import { formatSigningInput, PassportError, toAnswerPassport } from "../../protocol/words/passport.ts";
import { bytesOf } from "../../protocol/words/signing-bytes.ts";
import type { MachineKeys } from "./machine-keys.ts";

export interface Signing {
  readonly keys: MachineKeys;
  readonly chainId: number;
  readonly mediaKeys: readonly MediaKey[];
}

/**
 * What a 180 or a 200 says of this machine; nothing to foreign clients, which said nothing of themselves. Whether the
 * caller said the truth makes no difference to a machine that answers everybody: it is not checked.
 */
export function signAnswer(
  { keys, chainId, mediaKeys }: Signing,
  invite: SipRequest,
  { status, body }: { readonly status: number; readonly body: ByteText },
): readonly SipHeader[] {
  const asked = readIdentity(invite);
  if (asked === undefined || asked.passport.ppt !== "etherlynk") return [];
  const now = Math.floor(Date.now() / 1_000);
  const passport = toAnswerPassport({
    request: asked.passport.claims,
    requestJws: asked.jws,
    status,
    iat: now,
    body,
    mediaKeys,
    delegation: keys.delegate(chainId, now),
  });
  const signature = keys.sign(bytesOf(formatSigningInput(passport)));
  return [toHeader("Identity", formatIdentity(passport, signature))];
}

function readIdentity({ headers }: SipRequest): Identity | undefined {
  try {
    for (const { key, value } of headers) {
      const identity = key === "identity" ? parseIdentity(value) : undefined;
      if (identity !== undefined) return identity;
    }
    return undefined;
  } catch (error) {
    if (error instanceof PassportError) return undefined;
    throw error;
  }
}
