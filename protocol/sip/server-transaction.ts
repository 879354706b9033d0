import type { Step } from "../machine.ts";
import { type InviteServer, openInviteServer, stepInviteServer } from "./invite-server.ts";
import type { SipRequest } from "./message.ts";
import { openRequestServer, type RequestServer, stepRequestServer } from "./request-server.ts";
import type { ServerEffect, ServerEvent, ServerOptions } from "./server-event.ts";

/** A server transaction (RFC 3261 §17.2): of an INVITE, or of any other request. */
export type ServerTransaction = InviteServer | RequestServer;

/**
 * Begins a transaction with a request that matches none (`serverKey`). ACK has none of its own: one that matches
 * no INVITE goes to the user directly.
 *
 * @example
 * const [tx, effects] = openServer(invite, { reliable: true, trying: "transaction" });
 * // effects: deliver the INVITE, start timer "trying"
 */
export function openServer(
  request: SipRequest,
  options: ServerOptions,
): Step<ServerTransaction, ServerEffect> {
  return request.method === "INVITE"
    ? openInviteServer(request, options)
    : openRequestServer(request, options);
}

/** A transaction whose state is `terminated` is forgotten at once; its timers are all stopped. */
export function stepServer(tx: ServerTransaction, event: ServerEvent): Step<ServerTransaction, ServerEffect> {
  return tx.kind === "invite" ? stepInviteServer(tx, event) : stepRequestServer(tx, event);
}
