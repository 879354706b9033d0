import { toHeader } from "../../protocol/sip/edit-message.ts";
import type { SipHeader } from "../../protocol/sip/message.ts";
import { formatIdentity, type Identity, parseIdentity } from "../../protocol/words/identity.ts";
import {
  type AnswerFacts,
  type CallFacts,
  formatSigningInput,
  type Passport,
  toAnswerPassport,
  toCallPassport,
} from "../../protocol/words/passport.ts";
import { bytesOf } from "../../protocol/words/signing-bytes.ts";
import { type DeviceKeys, signAsDevice } from "./device-keys.ts";

/** What this device says about itself in a message: the header, and the same as the other side reads it. */
export interface SignedIdentity {
  readonly header: SipHeader;
  readonly identity: Identity;
}

/** Signs an INVITE of ours. */
export function signCall(device: DeviceKeys, facts: Omit<CallFacts, "delegation">): Promise<SignedIdentity> {
  return sign(device, toCallPassport({ ...facts, delegation: device.delegation }));
}

/** Signs a 180, a 183 or a 200 of ours. */
export function signAnswer(
  device: DeviceKeys,
  facts: Omit<AnswerFacts, "delegation">,
): Promise<SignedIdentity> {
  return sign(device, toAnswerPassport({ ...facts, delegation: device.delegation }));
}

async function sign(device: DeviceKeys, passport: Passport): Promise<SignedIdentity> {
  const signature = await signAsDevice(device, bytesOf(formatSigningInput(passport)));
  const value = formatIdentity(passport, signature);
  const identity = parseIdentity(value);
  if (identity === undefined) throw new Error("An identity of ours can be read.");
  return { header: toHeader("Identity", value), identity };
}
