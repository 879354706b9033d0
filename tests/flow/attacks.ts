import { bodyOf, type Direction, withBodyText, withLine } from "./hostile-proxy.ts";
import { oneOf, type SipText } from "./sip-text.ts";

type Change = (direction: Direction, message: SipText, text: string) => string | undefined;

/** Does it to the INVITE, its answers and ACK that go this way and begin so; all else passes. */
export const on =
  (
    direction: Direction,
    start: RegExp,
    change: (text: string, message: SipText) => string | undefined,
  ): Change =>
  (way, message, text) =>
    way === direction && start.test(message.start) && /INVITE|ACK/.test(oneOf(message, "CSeq"))
      ? change(text, message)
      : text;

/** Another letter in a body. */
export const flip = (text: string, at = 120) =>
  text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);

/** What a node does to an INVITE, and what the phone that gets it finds wrong. The order in its context is A-17. */
export const attacksOnInvite: readonly (readonly [
  what: string,
  doubt: string,
  change: (text: string, message: SipText) => string,
])[] = [
  [
    "the business is another",
    "The message was changed on its way.",
    text => withBodyText(text, bodyOf(text).replace("A-17", "A-18")),
  ],
  [
    "the identity is taken away",
    "This account did not sign its call.",
    text => withLine(text, "Identity", undefined),
  ],
  [
    "the certificate is another",
    "The device did not sign this.",
    (text, message) => {
      const [jws = "", ...rest] = oneOf(message, "Identity").split(";");
      const [head = "", claims = "", signature] = jws.split(".");
      const changed = Buffer.from(claims, "base64url")
        .toString()
        .replace(/"dig":"[0-9A-F]{8}/, '"dig":"00000000');
      return withLine(
        text,
        "Identity",
        [`${head}.${Buffer.from(changed).toString("base64url")}.${signature}`, ...rest].join(";"),
      );
    },
  ],
  [
    "the identity is malformed",
    "The caller's identity is malformed.",
    text => withLine(text, "Identity", "nothing.at.all"),
  ],
];
