/** A host name in lower case, as entries on the chain must have it; an entry is anybody's words. */
export function isDomain(text: string): boolean {
  return text.length <= 253 && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(text);
}

/** A node opens WebSockets and nothing else, with nobody's password. */
export function isNodeUrl(text: string): boolean {
  return /^wss?:\/\/[^\s/@#]+(\/[^\s#]*)?$/.test(text) && URL.canParse(text);
}
