import { type Address, formatSipUri } from "../../protocol/number/address.ts";
import { classifyDestination } from "../../protocol/peer/destination.ts";
import { isPeerId } from "../../protocol/peer/peer-id.ts";
import type { RelayedMessage, ServerMessage } from "../../protocol/peer/peer-message.ts";
import {
  type PeerOffer,
  PeerPayloadError,
  toPeerCandidate,
  toPeerOffer,
} from "../../protocol/peer/peer-payload.ts";
import {
  type BridgedOffer,
  fromInvite,
  noRenegotiation,
  type PeerLeg,
} from "../../protocol/peer/peer-sip.ts";
import { SdpError } from "../../protocol/peer/sdp.ts";
import { createResponse } from "../../protocol/sip/create-response.ts";
import { openAsCallee } from "../../protocol/sip/dialog.ts";
import { dialogKey } from "../../protocol/sip/dialog-peer.ts";
import type { Dialog } from "../../protocol/sip/dialog-state.ts";
import { toHeader } from "../../protocol/sip/edit-message.ts";
import { callId, from, toTag } from "../../protocol/sip/fields.ts";
import type { SipRequest, SipResponse } from "../../protocol/sip/message.ts";
import { escapeUser, type SipUri } from "../../protocol/sip/uri.ts";
import type { Log } from "../log.ts";
import type { Guest, Realm } from "../peerjs/realm.ts";
import { toHostKey, toSipUri, toUserKey } from "../sip/address-keys.ts";
import { bridgeLimits } from "../sip/limits.ts";
import type { Guests } from "../sip/router.ts";
import type { ServerRun } from "../sip/server-transactions.ts";
import type { SipRoom } from "../sip/sip-room.ts";
import type { TimerWheel } from "../sip/timer-wheel.ts";
import { type AgentUser, BridgeAgent, newToken, SENT_BY } from "./bridge-agent.ts";
import { DialogRun, type DialogUser } from "./dialog-run.ts";
import { createEarlyCandidates, type EarlyCandidates } from "./early-candidates.ts";
import { Session, type SessionHost } from "./session.ts";

export interface BridgeConfig {
  readonly room: SipRoom;
  readonly realm: Realm;
  readonly log: Log;
}

export interface BridgeCounts {
  /** Calls of PeerJS clients, and calls to them. */
  called: number;
  rung: number;
  /** Not begun: data connections, what cannot be read, too many at once. */
  refused: number;
}

/**
 * Calls between the two dialects. PeerJS ids and SIP users share one namespace, in which who is registered by SIP
 * comes first: an id that a SIP user registers can no more be called from SIP, and is called from PeerJS as before.
 *
 * A PeerJS client is a guest, whatever it calls itself: its INVITE comes from `"guest" <sip:ID@DOMAIN>`, bears an
 * `Etherlynk-Peer` header and never a P-Asserted-Identity.
 */
export class Bridge implements SessionHost, AgentUser {
  readonly agent: BridgeAgent;
  readonly wheel: TimerWheel;
  /** As the router sees it. */
  readonly guests: Guests;
  readonly counts: BridgeCounts = { called: 0, rung: 0, refused: 0 };
  readonly #room: SipRoom;
  readonly #realm: Realm;
  readonly #sessions = new Map<string, Session>();
  readonly #byGuest = new Map<string, Set<Session>>();
  readonly #dialogs = new Map<string, DialogRun>();
  readonly #early: EarlyCandidates = createEarlyCandidates(() => performance.now());
  readonly #sweeps: NodeJS.Timeout;

  constructor({ room, realm, log }: BridgeConfig) {
    this.#room = room;
    this.#realm = realm;
    this.wheel = room.wheel;
    this.agent = new BridgeAgent({ core: room.core, wheel: room.wheel, log }, this);
    this.guests = { flow: this.agent.flow, host: SENT_BY, has: id => isPeerId(id) && realm.has(id) };
    room.join(this.agent.flow);
    room.connect({ guests: this.guests });
    realm.bridgeTo(
      (dst, message, guest) => this.#takePeer(dst, message, guest),
      id => this.#forgetGuest(id),
    );
    this.#sweeps = setInterval(() => this.#early.sweep(), bridgeLimits.sweepMs).unref();
  }

  get size(): number {
    return this.#sessions.size;
  }

  get dialogs(): number {
    return this.#dialogs.size;
  }

  close(): void {
    clearInterval(this.#sweeps);
  }

  // What sessions ask.

  tell(id: string, message: ServerMessage): boolean {
    return this.#realm.deliver(id, message);
  }

  openDialog(state: Dialog, user: DialogUser): DialogRun {
    const run = new DialogRun(
      { agent: this.agent, wheel: this.wheel, onClosed: it => this.#drop(it) },
      state,
      user,
    );
    this.#dialogs.set(run.key, run);
    return run;
  }

  dialogOf(response: SipResponse): DialogRun | undefined {
    return this.#dialogs.get(dialogKey(response));
  }

  forget(session: Session): void {
    this.#sessions.delete(keyOf(session.leg, session.connection.connectionId));
    const siblings = this.#byGuest.get(session.leg.dst);
    if (siblings?.delete(session) && siblings.size === 0) this.#byGuest.delete(session.leg.dst);
  }

  // What comes from SIP.

  onRequest(request: SipRequest, server: ServerRun): void {
    const dialog = this.#dialogs.get(dialogKey(request));
    if (dialog === undefined) this.#answerOutside(request, server);
    else dialog.receive(request, server);
  }

  onAck(ack: SipRequest): void {
    this.#dialogs.get(dialogKey(ack))?.tell({ type: "request", request: ack });
  }

  #answerOutside(request: SipRequest, server: ServerRun): void {
    const status = this.#statusOf(request, server);
    if (status === undefined) return;
    const headers = status === 405 ? [toHeader("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS")] : [];
    server.respond(createResponse(request, status, { toTag: newToken(), headers }));
  }

  /** How a request is answered that belongs to no call; `undefined` where it begins one. */
  #statusOf(request: SipRequest, server: ServerRun): number | undefined {
    if (toTag(request) !== undefined) return 481;
    if (request.method === "OPTIONS") return 200;
    return request.method === "INVITE" ? this.#ring(request, server) : 405;
  }

  #ring(invite: SipRequest, server: ServerRun): number | undefined {
    const called = toSipUri(invite.uri);
    const id = toUserKey(called?.user) ?? "";
    const caller = toSipUri(from(invite).uri);
    if (!this.guests.has(id) || caller === undefined) return 480;
    if (!this.#hasRoom(id)) return 486;
    const leg: PeerLeg = { src: toPlainAddress(caller), dst: id };
    const offer = readOffer(invite, leg);
    if (offer === undefined) return noRenegotiation;
    const contact = contactOf(id);
    const state = openAsCallee(invite, { tag: newToken(), contact });
    if (state === undefined) return 400;
    if (!this.tell(id, offer.message)) return 480;
    this.counts.rung++;
    const session = this.#open(leg, offer.connection);
    const dialog = this.openDialog(state, session);
    dialog.adopt(invite, server);
    session.ring({ invite, dialog, sdp: offer.sdp });
    return undefined;
  }

  // What comes from PeerJS.

  /** False: nobody is there, and the client gets EXPIRE. */
  #takePeer(dst: string, message: RelayedMessage, guest: Guest): boolean {
    try {
      if (message.type === "OFFER") return this.#call(dst, toPeerOffer(message.payload), guest);
      const key = keyOf({ src: dst, dst: guest.id }, connectionOf(message));
      const session = this.#sessions.get(key);
      if (session !== undefined) session.onPeer(message);
      else if (message.type === "CANDIDATE")
        this.#early.keep(key, toPeerCandidate(message.payload).candidate);
      return true;
    } catch (error) {
      if (!(error instanceof PeerPayloadError)) throw error;
      this.counts.refused++;
      return message.type !== "OFFER";
    }
  }

  #call(dst: string, offer: PeerOffer, { id }: Guest): boolean {
    const destination = classifyDestination(dst);
    const leg: PeerLeg = { src: dst, dst: id };
    const key = keyOf(leg, offer.connectionId);
    if (offer.type === "data" || destination?.kind !== "address" || !this.#hasRoom(id)) {
      this.counts.refused++;
      return false;
    }
    // Again: stock PeerJS offers a connection once.
    if (this.#sessions.has(key)) return true;
    this.counts.called++;
    this.#open(leg, offer).call(this.#toInvite(destination.address, id), offer, this.#early.take(key));
    return true;
  }

  #toInvite(address: Address, id: string): SipRequest {
    const { domains } = this.#room;
    const uri = formatSipUri(address, domains.own);
    const target = toSipUri(uri);
    const own = target !== undefined && domains.isOwn(target) ? toHostKey(target) : domains.own;
    const guest = `sip:${escapeUser(id)}@${own}`;
    return {
      kind: "request",
      method: "INVITE",
      uri,
      headers: [
        toHeader("Max-Forwards", "70"),
        toHeader("From", `"guest" <${guest}>;tag=${newToken()}`),
        toHeader("To", `<${uri}>`),
        toHeader("Call-ID", newToken()),
        toHeader("CSeq", "1 INVITE"),
        toHeader("Contact", contactOf(id)),
        toHeader("Allow", "INVITE, ACK, CANCEL, BYE, INFO, UPDATE, OPTIONS"),
        toHeader("Supported", "trickle-ice"),
      ],
      body: "",
    };
  }

  #open(leg: PeerLeg, connection: { connectionId: string; type: "media" | "data" }): Session {
    const session = new Session(this, leg, connection);
    this.#sessions.set(keyOf(leg, connection.connectionId), session);
    const siblings = this.#byGuest.get(leg.dst);
    if (siblings === undefined) this.#byGuest.set(leg.dst, new Set([session]));
    else siblings.add(session);
    return session;
  }

  #hasRoom(id: string): boolean {
    return (
      this.#sessions.size < bridgeLimits.calls &&
      (this.#byGuest.get(id)?.size ?? 0) < bridgeLimits.callsPerGuest
    );
  }

  #forgetGuest(id: string): void {
    for (const session of [...(this.#byGuest.get(id) ?? [])]) session.onPeerGone();
  }

  #drop(run: DialogRun): void {
    if (this.#dialogs.get(run.key) === run) this.#dialogs.delete(run.key);
  }
}

function keyOf({ src, dst }: PeerLeg, connectionId: string): string {
  return `${dst}\n${src}\n${connectionId}`;
}

function connectionOf({ payload }: RelayedMessage): string {
  const id =
    typeof payload === "object" && payload !== null && "connectionId" in payload ? payload.connectionId : "";
  return typeof id === "string" ? id : "";
}

/** In-dialog requests come to it; it lasts as long as the call does, which no restart outlives. */
function contactOf(id: string): string {
  return `<sip:${escapeUser(id)}@${SENT_BY};transport=ws>`;
}

/** As the client is to write it in return; never to be taken for an id. */
function toPlainAddress(uri: SipUri): string {
  return `sip:${uri.user === undefined ? "" : `${uri.user}@`}${toHostKey(uri)}`;
}

function readOffer(invite: SipRequest, leg: PeerLeg): BridgedOffer | undefined {
  try {
    return fromInvite(invite, callId(invite), leg);
  } catch (error) {
    if (error instanceof SdpError) return undefined;
    throw error;
  }
}
