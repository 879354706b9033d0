import type { DeviceKeys } from "../../background/identity/device-keys.ts";
import { signAnswer } from "../../background/identity/sign-identity.ts";
import { parseIdentity } from "../../protocol/words/identity.ts";
import { oneOf, readSip } from "./sip-text.ts";

/** The 200 to an INVITE that a node could send by itself which has a device of its own: true in all but whose it is. */
export async function toFalseAnswer(device: DeviceKeys, invite: string): Promise<string> {
  const message = readSip(invite);
  const asked = parseIdentity(oneOf(message, "Identity"));
  if (asked?.passport.ppt !== "etherlynk") throw new Error("This INVITE has no identity of ours");
  const body = "AQ";
  const mediaKeys = [{ alg: "sha-256", dig: "AB".repeat(32) } as const];
  const iat = Math.floor(Date.now() / 1_000);
  const { claims } = asked.passport;
  const facts = { request: claims, requestJws: asked.jws, status: 200, iat, body, mediaKeys };
  const { header } = await signAnswer(device, facts);
  const kept = invite.split("\r\n").filter(line => /^(Via|From|Call-ID|CSeq):/.test(line));
  return [
    "SIP/2.0 200 OK",
    ...kept,
    `To: ${oneOf(message, "To")};tag=eve`,
    "Contact: <sip:eve@eve.invalid>",
    `Identity: ${header.value}`,
    "Content-Type: application/etherlynk-sealed",
    `Content-Length: ${body.length}`,
    "",
    body,
  ].join("\r\n");
}
