import type { Step } from "../machine.ts";
import type { ClientEffect, ClientEvent, ClientOptions } from "./client-event.ts";
import { type InviteClient, openInviteClient, stepInviteClient } from "./invite-client.ts";
import type { SipRequest } from "./message.ts";
import { openRequestClient, type RequestClient, stepRequestClient } from "./request-client.ts";

/** A client transaction (RFC 3261 §17.1): of an INVITE, or of any other request. */
export type ClientTransaction = InviteClient | RequestClient;

/**
 * Begins a transaction with a request that bears its Via and branch already. ACK has no transaction (§17.1):
 * it goes to the transport directly.
 *
 * @example
 * const [tx, effects] = openClient(invite, { reliable: true });
 * // effects: send the INVITE, start timer B
 */
export function openClient(
  request: SipRequest,
  options: ClientOptions,
): Step<ClientTransaction, ClientEffect> {
  return request.method === "INVITE"
    ? openInviteClient(request, options)
    : openRequestClient(request, options);
}

/** A transaction whose state is `terminated` is forgotten at once; its timers are all stopped. */
export function stepClient(tx: ClientTransaction, event: ClientEvent): Step<ClientTransaction, ClientEffect> {
  return tx.kind === "invite" ? stepInviteClient(tx, event) : stepRequestClient(tx, event);
}
