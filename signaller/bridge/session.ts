import type { IceCandidate } from "../../protocol/peer/ice-candidate.ts";
import type { RelayedMessage, ServerMessage } from "../../protocol/peer/peer-message.ts";
import {
  type PeerAnswer,
  type PeerConnection,
  type PeerOffer,
  toPeerAnswer,
  toPeerCandidate,
} from "../../protocol/peer/peer-payload.ts";
import {
  endOfPeer,
  fromAnswer,
  type PeerLeg,
  toAnswerBody,
  toCandidateMessages,
  toEndMessages,
  toInfoBody,
  toInviteBody,
  trickleTag,
} from "../../protocol/peer/peer-sip.ts";
import { SdpError } from "../../protocol/peer/sdp.ts";
import { openAsCaller } from "../../protocol/sip/dialog.ts";
import type { Dialog } from "../../protocol/sip/dialog-state.ts";
import { header, supports } from "../../protocol/sip/fields.ts";
import type { SipMessage, SipRequest, SipResponse } from "../../protocol/sip/message.ts";
import { SipParseError } from "../../protocol/sip/sip-parse-error.ts";
import type { ClientRun } from "../sip/client-transactions.ts";
import type { TimerWheel } from "../sip/timer-wheel.ts";
import { answerWithin } from "./answer-within.ts";
import type { BridgeAgent } from "./bridge-agent.ts";
import { Candidates } from "./candidates.ts";
import type { DialogRun, DialogUser } from "./dialog-run.ts";

/** What a session asks of its bridge. */
export interface SessionHost {
  readonly agent: BridgeAgent;
  readonly wheel: TimerWheel;
  /** To the PeerJS client. False: it is not here now. */
  tell(id: string, message: ServerMessage): boolean;
  openDialog(state: Dialog, user: DialogUser): DialogRun;
  /** The dialog that a response belongs to, where there is one already. */
  dialogOf(response: SipResponse): DialogRun | undefined;
  forget(session: Session): void;
}

/**
 * One call between a PeerJS client and a SIP one.
 *
 *     the client calls                      the client is called
 *     OFFER                                 INVITE: OFFER to the client, 180
 *       |                                      |
 *       v                                      v
 *     gathering                             ringing
 *       |  candidates have come: INVITE        |  ANSWER
 *       v                                      v
 *     inviting                              answering
 *       |  2xx: ANSWER, ACK                    |  candidates have come: 200
 *       +-----------------> talking <----------+
 *
 *     from each: a final response, CANCEL or BYE: EXPIRE or LEAVE to the client --> ended
 *                the client is gone: CANCEL, 480 or BYE ----------------------> ended
 */
type State =
  | { readonly name: "gathering"; readonly invite: SipRequest; readonly offer: PeerOffer }
  | { readonly name: "inviting"; readonly client: ClientRun }
  | { readonly name: "ringing"; readonly invite: SipRequest; readonly dialog: DialogRun }
  | {
      readonly name: "answering";
      readonly invite: SipRequest;
      readonly dialog: DialogRun;
      readonly answer: PeerAnswer;
    }
  | { readonly name: "talking"; readonly dialog: DialogRun; readonly trickles: boolean }
  | { readonly name: "ended" };

/** A call to the PeerJS client, whose OFFER has been delivered. */
export interface Called {
  readonly invite: SipRequest;
  readonly dialog: DialogRun;
  /** The caller's SDP. */
  readonly sdp: string;
}

const ENDED: State = { name: "ended" };

export class Session implements DialogUser {
  readonly leg: PeerLeg;
  readonly connection: PeerConnection;
  readonly #host: SessionHost;
  readonly #candidates: Candidates;
  #state: State = ENDED;
  #side: "caller" | "callee" = "caller";
  /** What the client has said of its media, and the SIP end; how often the first was repeated. */
  #ours = "";
  #theirs = "";
  #version = 0;
  /** The texts of candidates that the client has been told. */
  readonly #told = new Set<string>();

  constructor(host: SessionHost, leg: PeerLeg, connection: PeerConnection) {
    this.leg = leg;
    this.connection = connection;
    this.#host = host;
    this.#candidates = new Candidates(host.wheel);
  }

  /** The client calls; `invite` is complete but for its body, `early` came before the OFFER. */
  call(invite: SipRequest, offer: PeerOffer, early: readonly IceCandidate[]): void {
    this.#side = "caller";
    this.#ours = offer.sdp;
    this.#state = { name: "gathering", invite, offer };
    for (const candidate of early) this.#candidates.add(candidate);
    this.#candidates.whenQuiet(() => this.#invite());
  }

  /** The client is called. */
  ring({ invite, dialog, sdp }: Called): void {
    this.#side = "callee";
    this.#theirs = sdp;
    this.#state = { name: "ringing", invite, dialog };
    dialog.respond(invite, { status: 180 });
  }

  /**
   * What the client sent to the other end of this call.
   *
   * @throws PeerPayloadError
   */
  onPeer({ type, payload }: RelayedMessage): void {
    if (type === "CANDIDATE") this.#takeCandidate(payload);
    else if (type === "ANSWER") this.#takeAnswer(payload);
  }

  /** The client has left, or its socket did not come back. */
  onPeerGone(): void {
    const state = this.#state;
    this.#end();
    const end = endOfPeer(this.#side, state.name === "talking");
    if (state.name === "talking") state.dialog.hangUp();
    else if (state.name === "inviting") state.client.cancel([]);
    else if (state.name === "ringing" || state.name === "answering") {
      state.dialog.respond(state.invite, { status: end.send === "response" ? end.status : 487 });
    }
  }

  /** The SIP end asks something within the call. */
  onRequest(request: SipRequest): void {
    const state = this.#state;
    if (!("dialog" in state)) return;
    const agreed = { theirs: this.#theirs, ours: this.#ours, version: this.#version + 1 };
    const within = answerWithin(request, agreed, state.name === "talking");
    if (within.theirs !== undefined) {
      this.#theirs = within.theirs;
      this.#version++;
    }
    state.dialog.respond(request, within.answer);
    this.#tellCandidates(within.candidates ?? []);
  }

  /** The SIP end is gone. */
  onEnd(): void {
    if (this.#state.name === "ended") return;
    // A client that was only rung by somebody hears LEAVE, as after a call: EXPIRE would be an error on its page.
    const isSettled = this.#side === "callee" || this.#state.name === "talking";
    this.#end();
    for (const message of toEndMessages(isSettled, this.leg)) this.#host.tell(this.leg.dst, message);
  }

  #invite(): void {
    const state = this.#state;
    if (state.name !== "gathering") return;
    const gathered = { candidates: this.#candidates.all, complete: false };
    const { headers, body } = toInviteBody(state.offer, gathered);
    const invite = { ...state.invite, headers: [...state.invite.headers, ...headers], body };
    const client = this.#host.agent.request(invite, {
      onResponse: response => this.#takeResponse(invite, response),
      onFail: () => this.onEnd(),
      onClosed: () => undefined,
    });
    // No answer has come yet: the agent hears of messages after whoever sent them has finished.
    this.#state = { name: "inviting", client };
  }

  #takeResponse(invite: SipRequest, response: SipResponse): void {
    if (response.status < 200) return;
    if (response.status >= 300) this.onEnd();
    else if (this.#state.name === "inviting") this.#accept(invite, response);
    else this.#confirmAnother(invite, response);
  }

  #accept(invite: SipRequest, response: SipResponse): void {
    const dialog = this.#confirm(invite, response, this);
    const answer = readAnswer(response, this);
    if (dialog === undefined || answer === undefined) {
      this.onEnd();
      dialog?.hangUp();
      return;
    }
    this.#theirs = answer.sdp;
    this.#state = { name: "talking", dialog, trickles: canTrickle(response) };
    this.#host.tell(this.leg.dst, answer.message);
    this.#trickle();
  }

  /** A 2xx again, of one more device, or after all was over: each gets its ACK, and one of them stays. */
  #confirmAnother(invite: SipRequest, response: SipResponse): void {
    const known = this.#host.dialogOf(response);
    if (known === undefined) this.#confirm(invite, response, NOBODY)?.hangUp();
    else known.tell({ type: "response", response });
  }

  #confirm(invite: SipRequest, response: SipResponse, user: DialogUser): DialogRun | undefined {
    const state = openAsCaller(invite, response, header(invite, "contact") ?? "");
    if (state === undefined) return undefined;
    const dialog = this.#host.openDialog(state, user);
    dialog.tell({ type: "response", response });
    dialog.tell({ type: "ack", content: {} });
    return dialog;
  }

  #takeAnswer(payload: unknown): void {
    const state = this.#state;
    if (state.name !== "ringing") return;
    const answer = toPeerAnswer(payload);
    this.#ours = answer.sdp;
    this.#state = { ...state, name: "answering", answer };
    if (canTrickle(state.invite)) this.#answer();
    else this.#candidates.whenQuiet(() => this.#answer());
  }

  #answer(): void {
    const state = this.#state;
    if (state.name !== "answering") return;
    const { invite, dialog, answer } = state;
    const trickles = canTrickle(invite);
    const body = toAnswerBody(answer, { candidates: this.#candidates.all, complete: !trickles });
    this.#state = { name: "talking", dialog, trickles };
    dialog.respond(invite, { status: 200, ...body });
  }

  #takeCandidate(payload: unknown): void {
    const isNew = this.#candidates.add(toPeerCandidate(payload).candidate);
    if (isNew) this.#trickle();
  }

  /** One INFO for those that come together. */
  #trickle(): void {
    const state = this.#state;
    if (state.name !== "talking" || !state.trickles || this.#candidates.all.length === 0) return;
    this.#candidates.whenQuiet(() => {
      const info = toInfoBody(this.#ours, { candidates: this.#candidates.all, complete: false });
      if (info !== undefined) state.dialog.tell({ type: "send", method: "INFO", content: info });
    });
  }

  #tellCandidates(candidates: readonly IceCandidate[]): void {
    for (const message of toCandidateMessages(candidates, this.#told, this)) {
      this.#host.tell(this.leg.dst, message);
    }
    for (const { candidate } of candidates) this.#told.add(candidate);
  }

  #end(): void {
    this.#candidates.stop();
    this.#state = ENDED;
    this.#host.forget(this);
  }
}

/** RFC 8840; whoever writes its header wrong gets all candidates at once. */
function canTrickle(message: SipMessage): boolean {
  try {
    return supports(message, trickleTag);
  } catch (error) {
    if (error instanceof SipParseError) return false;
    throw error;
  }
}

const NOBODY: DialogUser = { onRequest: () => undefined, onEnd: () => undefined };

function readAnswer(response: SipResponse, { connection, leg }: Pick<Session, "connection" | "leg">) {
  try {
    return fromAnswer(response, connection, leg);
  } catch (error) {
    // What cannot be read cannot be talked to: as if there were none.
    if (error instanceof SdpError) return undefined;
    throw error;
  }
}
