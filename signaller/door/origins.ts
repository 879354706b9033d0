/** Which web origins may use the node from a browser. A client that is no browser sends no Origin and is let in. */
export interface Origins {
  allows(origin: string | undefined): boolean;
  /** The CORS headers of an HTTP answer. */
  headers(origin: string | undefined): Readonly<Record<string, string>>;
}

/** `undefined`: any origin, as PeerServer does. Origins are compared as they are serialised (RFC 6454 §6.2). */
export function createOrigins(list: readonly string[] | undefined): Origins {
  if (list === undefined) {
    return { allows: () => true, headers: () => ({ "access-control-allow-origin": "*" }) };
  }
  const allowed = new Set(list);
  return {
    allows: origin => origin === undefined || allowed.has(origin),
    headers: origin =>
      origin !== undefined && allowed.has(origin)
        ? { "access-control-allow-origin": origin, vary: "Origin" }
        : { vary: "Origin" },
  };
}
