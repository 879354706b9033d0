import { fragmentMediaType } from "../../protocol/peer/sdp-fragment.ts";
import type { ServerRules } from "../../protocol/sip/check-request.ts";
import { toHeader } from "../../protocol/sip/edit-message.ts";
import type { ByteText, SipHeader, SipRequest } from "../../protocol/sip/message.ts";
import { regInfoType } from "../../protocol/sip/reg-info.ts";
import { contextMediaType } from "../../protocol/words/context.ts";
import { sealedMediaType } from "../identity/sealed-body.ts";
import { sdpMediaType, type WireBody } from "./bodies.ts";

const METHODS = ["INVITE", "ACK", "BYE", "CANCEL", "PRACK", "INFO", "OPTIONS", "NOTIFY"];
const EXTENSIONS = ["100rel", "gruu", "trickle-ice", "etherlynk.v1"];
const MEDIA_TYPES = [sdpMediaType, sealedMediaType, fragmentMediaType, contextMediaType];

/** What this phone understands, for RFC 3261 §8.2. */
export const phoneRules: ServerRules = {
  methods: new Set(METHODS),
  extensions: new Set(EXTENSIONS),
  // What a node tells of numbers is no body of a call, and not among those that are offered for one.
  mediaTypes: new Set([...MEDIA_TYPES, regInfoType]),
  schemes: new Set(["sip", "sips"]),
};

/** What it says of itself in INVITE, 200 and OPTIONS. */
export const abilities: readonly SipHeader[] = [
  toHeader("Allow", METHODS.join(", ")),
  toHeader("Supported", EXTENSIONS.join(", ")),
  toHeader("Accept", MEDIA_TYPES.join(", ")),
];

export interface InviteFacts {
  readonly callId: string;
  readonly localTag: string;
  /** SIP URIs. */
  readonly from: ByteText;
  readonly to: ByteText;
  /** The value of Contact. */
  readonly contact: ByteText;
  readonly body: WireBody | undefined;
  readonly headers: readonly SipHeader[];
}

/** An INVITE of ours, without the Via that its sender puts on top. */
export function createInvite(facts: InviteFacts): SipRequest {
  const { callId, localTag, from, to, contact, body, headers } = facts;
  return {
    kind: "request",
    method: "INVITE",
    uri: to,
    headers: [
      toHeader("Max-Forwards", "70"),
      toHeader("From", `<${from}>;tag=${localTag}`),
      toHeader("To", `<${to}>`),
      toHeader("Call-ID", callId),
      toHeader("CSeq", "1 INVITE"),
      toHeader("Contact", contact),
      ...abilities,
      ...typeOf(body),
      ...headers,
    ],
    body: body?.body ?? "",
  };
}

/** The Content-Type of a body, where there is one. */
export function typeOf(body: WireBody | undefined): readonly SipHeader[] {
  return body === undefined ? [] : [toHeader("Content-Type", body.mediaType)];
}

export function reasonLine(reason: ByteText | undefined): readonly SipHeader[] {
  return reason === undefined ? [] : [toHeader("Reason", reason)];
}
