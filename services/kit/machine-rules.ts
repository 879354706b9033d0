import { fragmentMediaType } from "../../protocol/peer/sdp-fragment.ts";
import type { ServerRules } from "../../protocol/sip/check-request.ts";
import { toHeader } from "../../protocol/sip/edit-message.ts";
import type { SipHeader } from "../../protocol/sip/message.ts";
import { contextMediaType } from "../../protocol/words/context.ts";

export const sdpMediaType = "application/sdp";

const METHODS = ["INVITE", "ACK", "BYE", "CANCEL", "INFO", "OPTIONS"];
const EXTENSIONS = ["gruu", "trickle-ice", "etherlynk.v1"];
// The context of a business transaction may come with a call; a machine does not read it.
const MEDIA_TYPES = [
  sdpMediaType,
  fragmentMediaType,
  contextMediaType,
  "application/dtmf-relay",
  "application/dtmf",
];

/** What a machine understands, for RFC 3261 §8.2. */
export const machineRules: ServerRules = {
  methods: new Set(METHODS),
  extensions: new Set(EXTENSIONS),
  mediaTypes: new Set(MEDIA_TYPES),
  schemes: new Set(["sip", "sips"]),
};

/** What it says of itself in 200 and OPTIONS. */
export const abilities: readonly SipHeader[] = [
  toHeader("Allow", METHODS.join(", ")),
  toHeader("Supported", EXTENSIONS.join(", ")),
  toHeader("Accept", MEDIA_TYPES.join(", ")),
];
