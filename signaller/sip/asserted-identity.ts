import type { SipHeader, SipMessage } from "../../protocol/sip/message.ts";

const ASSERTED = "p-asserted-identity";
const PREFERRED = "p-preferred-identity";

/**
 * The message with the P-Asserted-Identity (RFC 3325) that this node stands for, and no other: whatever a client
 * wrote there is not believed.
 *
 * @param user the proven account, of a closed domain; `undefined` where nobody has proven anything
 */
export function withAsserted<M extends SipMessage>(message: M, user: string | undefined, domain: string): M {
  if (user === undefined && !hasAny(message)) return message;
  const headers = message.headers.filter(({ key }) => key !== ASSERTED && key !== PREFERRED);
  if (user !== undefined) {
    headers.push({ key: ASSERTED, name: "P-Asserted-Identity", value: `<sip:${user}@${domain}>` });
  }
  return { ...message, headers };
}

/** What another domain's node asserts holds for its own domain and for no other. */
export function withAssertedOf<M extends SipMessage>(message: M, domain: string): M {
  if (!hasAny(message)) return message;
  const headers = message.headers.filter(header => header.key !== PREFERRED && !isForeign(header, domain));
  return headers.length === message.headers.length ? message : { ...message, headers };
}

function hasAny({ headers }: SipMessage): boolean {
  for (const { key } of headers) if (key === ASSERTED || key === PREFERRED) return true;
  return false;
}

/** Read narrowly: the one form that nodes write. */
function isForeign({ key, value }: SipHeader, domain: string): boolean {
  if (key !== ASSERTED) return false;
  const found = /^<sip:[^@<>,;\s]+@([^@<>,;\s]+)>$/.exec(value);
  return found?.[1]?.toLowerCase() !== domain;
}
