import type { CallId } from "../../protocol/ids.ts";
import { isCallId, isDialogTag } from "../../protocol/ids.ts";
import { checkRequest } from "../../protocol/sip/check-request.ts";
import { createResponse, type ResponseParts } from "../../protocol/sip/create-response.ts";
import { callId, contacts, fromTag, header, toTag, viaCount } from "../../protocol/sip/fields.ts";
import type { ByteText, SipHeader, SipRequest } from "../../protocol/sip/message.ts";
import { type NumberNews, parseRegInfo, regEvent } from "../../protocol/sip/reg-info.ts";
import { SipParseError } from "../../protocol/sip/sip-parse-error.ts";
import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import type { DeviceKeys } from "../identity/device-keys.ts";
import { type Bodies, createBodies } from "./bodies.ts";
import type { CallEar, CallTransport, CallWireOptions } from "./call-port.ts";
import { CallWire } from "./call-wire.ts";
import { Goodbyes } from "./goodbyes.ts";
import { abilities, phoneRules } from "./invite-parts.ts";
import type { Line } from "./line.ts";
import type { RequestUser, TransactionsUser } from "./transactions.ts";

/** What a call is made of on the wire: `ear` and `keys` come from the phone. */
type CallParts = Pick<CallWireOptions, "callId" | "from" | "to" | "context" | "ear" | "keys">;

export interface UserAgentUser {
  /** An INVITE that begins a call; it is answered through the wire that `answer` makes, or by `refuse`. */
  invited(invite: SipRequest, incoming: Incoming): void;
  /** Their CANCEL, or the loss of the connection over which an answer would have gone. */
  cancelled(id: CallId, reasons: readonly ByteText[]): void;
  /** The node says which numbers lead here, and no longer. */
  numbersChanged(news: readonly NumberNews[]): void;
}

export interface Incoming {
  answer(ear: CallEar, keys: CallWireOptions["keys"]): CallWire;
  refuse(status: number): void;
}

export interface UserAgentOptions {
  readonly device: DeviceKeys;
  readonly clock: Clock;
  readonly random: Random;
  readonly user: UserAgentUser;
  line(): Line;
}

/** Transactions, dialogs and calls on one line (RFC 3261 §8, §12, §13). */
export class UserAgent implements TransactionsUser {
  readonly #options: UserAgentOptions;
  readonly #bodies: Bodies;
  readonly #calls = new Map<string, CallWire>();
  readonly #goodbyes: Goodbyes;
  readonly #transport: CallTransport;

  constructor(options: UserAgentOptions) {
    this.#options = options;
    this.#bodies = createBodies(options.device);
    this.#goodbyes = new Goodbyes(options.clock, options.line);
    const transactions = () => options.line().transactions;
    this.#transport = {
      open: (request, user) => this.#open(request, user),
      openInvite: (invite, user) => transactions().open(invite, user),
      acknowledge: ack => transactions().acknowledge(ack),
      respond: (request, response) => transactions().respond(request, response),
    };
  }

  call(parts: CallParts): CallWire {
    const wire = new CallWire(this.#toOptions(parts, this.#options.random.token()));
    this.#calls.set(parts.callId, wire);
    return wire;
  }

  /** Nothing of this call is expected any more. */
  forget(id: CallId): void {
    this.#calls.get(id)?.close();
    this.#calls.delete(id);
  }

  /** The line is registered again. */
  lineRestored(): void {
    this.#goodbyes.lineRestored();
  }

  close(): void {
    this.#goodbyes.close();
    for (const wire of this.#calls.values()) wire.close();
    this.#calls.clear();
  }

  request(request: SipRequest): void {
    try {
      this.#take(request);
    } catch (error) {
      if (!(error instanceof SipParseError)) throw error;
      this.#respond(request, 400);
    }
  }

  cancelled(invite: SipRequest, headers: readonly SipHeader[]): void {
    const reasons = headers.map(({ value }) => value);
    this.#options.user.cancelled(callId(invite) as CallId, reasons);
  }

  /** Whoever called has been told by its own node, or will find nobody: this phone must not go on ringing. */
  lost(request: SipRequest): void {
    if (request.method === "INVITE" && toTag(request) === undefined) this.cancelled(request, []);
  }

  #take(request: SipRequest): void {
    if (toTag(request) !== undefined) {
      const isKnown = this.#calls.get(callId(request))?.receive(request) ?? false;
      if (!isKnown) this.#respond(request, 481);
      return;
    }
    if (request.method === "ACK") return;
    const refusal = checkRequest(request, phoneRules);
    if (refusal !== undefined) this.#respond(request, refusal.status, { headers: refusal.headers });
    else if (request.method === "INVITE") this.#invited(request);
    else if (request.method === "NOTIFY") this.#notified(request);
    // What is left without a dialog: OPTIONS is answered as an INVITE would be (§11.2), others belong to none.
    else if (request.method === "OPTIONS") this.#respond(request, 200, { headers: abilities });
    else this.#respond(request, 481);
  }

  #invited(invite: SipRequest): void {
    const id = callId(invite);
    const contact = contacts(invite)[0];
    const isWhole =
      isCallId(id) && isDialogTag(fromTag(invite)) && contact !== undefined && contact.uri !== "*";
    // The same call again: by another way, or by somebody who has seen it.
    if (!isWhole || this.#calls.has(id)) {
      this.#respond(invite, isWhole ? 482 : 400);
      return;
    }
    const parts = { callId: id, from: "", to: "", context: undefined };
    this.#options.user.invited(invite, {
      refuse: status => this.#respond(invite, status),
      answer: (ear, keys) => {
        const options = this.#toOptions({ ...parts, ear, keys }, this.#options.random.token());
        const wire = new CallWire(options, invite);
        this.#calls.set(id, wire);
        return wire;
      },
    });
  }

  /** Of the node itself and nobody else: what others send has passed the node, and bears its Via and theirs. */
  #notified(notify: SipRequest): void {
    const isKnown = header(notify, "event") === regEvent && viaCount(notify) === 1;
    this.#respond(notify, isKnown ? 200 : 489);
    if (isKnown) this.#options.user.numbersChanged(parseRegInfo(notify.body));
  }

  #respond(request: SipRequest, status: number, parts: ResponseParts = {}): void {
    if (request.method === "ACK") return;
    const response = createResponse(request, status, { toTag: this.#options.random.token(), ...parts });
    this.#options.line().transactions.respond(request, response);
  }

  #toOptions(parts: CallParts, localTag: string): CallWireOptions {
    const { device, clock, random } = this.#options;
    const common = { device, clock, random, bodies: this.#bodies, wire: this.#transport };
    return { ...common, ...parts, localTag, contact: () => this.#options.line().contact };
  }

  #open(request: SipRequest, user: RequestUser): () => void {
    if (request.method === "BYE") {
      this.#goodbyes.send(request, user);
      return () => undefined;
    }
    const withdraw = this.#options.line().transactions.open(request, user);
    return () => withdraw([]);
  }
}
