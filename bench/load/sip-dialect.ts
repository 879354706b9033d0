import type { Dialect } from "./fleet.ts";
import { toRegister } from "./sip-user.ts";

/** SIP over WebSocket (RFC 7118): each client is a user of its own and welcome once it is registered. */
export function toSipDialect(domain: string): Dialect {
  return {
    target: (_client, port) => ({ port, path: "/", subprotocol: "sip" }),
    greeting: client => Buffer.from(toRegister(client, domain, 1), "latin1"),
    isWelcome: text => text.startsWith("SIP/2.0 200 "),
    // RFC 5626 §3.5.1, as RFC 7118 §6 allows it.
    keepAlive: Buffer.from("\r\n\r\n"),
  };
}
