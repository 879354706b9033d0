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

/**
 * What another domain's node asserts holds for its own domain and for no other.
 *
 * @param believes of a node that was found on the chain: whether it speaks for a user, who alone can say so
 */
export function withAssertedOf<M extends SipMessage>(
  message: M,
  domain: string,
  believes: (user: string) => boolean = () => true,
): M {
  if (!hasAny(message)) return message;
  const headers = message.headers.filter(
    header => header.key !== PREFERRED && (header.key !== ASSERTED || isTheirs(header, domain, believes)),
  );
  return headers.length === message.headers.length ? message : { ...message, headers };
}

function hasAny({ headers }: SipMessage): boolean {
  for (const { key } of headers) if (key === ASSERTED || key === PREFERRED) return true;
  return false;
}

/** Read narrowly: the one form that nodes write. */
function isTheirs({ value }: SipHeader, domain: string, believes: (user: string) => boolean): boolean {
  const [, user = "", host] = /^<sip:([^@<>,;\s]+)@([^@<>,;\s]+)>$/.exec(value) ?? [];
  return host?.toLowerCase() === domain && believes(user);
}
