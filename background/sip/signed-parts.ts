import type { ByteText, SipHeader } from "../../protocol/sip/message.ts";
import type { Identity } from "../../protocol/words/identity.ts";
import { type SignedIdentity, signAnswer, signCall } from "../identity/sign-identity.ts";
import { callClaimsOf } from "../identity/verify-identity.ts";
import type { CallWireOptions } from "./call-port.ts";

/** What an INVITE of ours says of this device. */
export function signInvite(options: CallWireOptions): Promise<SignedIdentity> {
  const { callId, localTag, from, to, context, device, clock, keys } = options;
  return signCall(device, {
    from,
    to,
    callId,
    fromTag: localTag,
    iat: Math.floor(clock.now() / 1_000),
    body: context?.body ?? "",
    mediaKeys: keys(),
  });
}

/** What a 180, 183 or 200 says of this device; nothing to foreign clients, which said nothing of themselves. */
export async function signResponse(
  { device, clock, keys }: CallWireOptions,
  asked: Identity | undefined,
  { status, body }: { readonly status: number; readonly body: ByteText },
): Promise<readonly SipHeader[]> {
  const request = asked && callClaimsOf(asked);
  if (asked === undefined || request === undefined) return [];
  const iat = Math.floor(clock.now() / 1_000);
  const facts = { request, requestJws: asked.jws, status, iat, body, mediaKeys: keys() };
  return [(await signAnswer(device, facts)).header];
}
