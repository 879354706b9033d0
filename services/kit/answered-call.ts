import { SdpError } from "../../protocol/peer/sdp.ts";
import { fragmentMediaType } from "../../protocol/peer/sdp-fragment.ts";
import { openAsCallee, stepDialog } from "../../protocol/sip/dialog.ts";
import type {
  Answer,
  Dialog,
  DialogEffect,
  DialogEvent,
  DialogTimer,
} from "../../protocol/sip/dialog-state.ts";
import { toHeader } from "../../protocol/sip/edit-message.ts";
import { contentType, fromTag, toTag } from "../../protocol/sip/fields.ts";
import type { ByteText, SipHeader, SipRequest } from "../../protocol/sip/message.ts";
import { CallMedia, type CallMediaOptions, MediaError } from "./call-media.ts";
import { abilities, sdpMediaType } from "./machine-rules.ts";
import { NamedTimers } from "./named-timers.ts";
import type { Log } from "./service-log.ts";
import { type Signing, signAnswer } from "./sign-answer.ts";
import { newToken } from "./tokens.ts";
import type { Transactions } from "./transactions.ts";

/** What a machine does in a call. */
export interface Behaviour extends Pick<CallMediaOptions, "received" | "pictureLost"> {
  /** Media can flow; told once. */
  begin(): void;
  close(): void;
}

export interface CallOptions extends Pick<CallMediaOptions, "certificate" | "iceServers"> {
  readonly signing: Signing;
  readonly limits: CallLimits;
  readonly transactions: Transactions;
  readonly contact: ByteText;
  readonly log: Log;
  behave(media: CallMedia): Behaviour;
  /** Nothing of it is left. */
  ended(): void;
}

export interface CallLimits {
  /** How long a call lasts at most. */
  readonly longestMs: number;
  /** How long it is waited for media, at the beginning and when they break off: for an ICE restart, say. */
  readonly mediaMs: number;
}

/** A call that a machine answers, from its INVITE to its end: one dialog and its media. */
export class AnsweredCall {
  readonly #tag: string;
  readonly #options: CallOptions;
  readonly #invite: SipRequest;
  readonly #media: CallMedia;
  readonly #behaviour: Behaviour;
  readonly #timers = new NamedTimers<DialogTimer>(timer => this.#step({ type: "timer", timer }));
  readonly #own = new NamedTimers<"longest" | "media">(() => this.hangUp());
  #dialog: Dialog;
  #begun = false;
  /** Nothing more is done in it; its dialog may still have a goodbye to say. */
  #ended = false;
  #isOver = false;
  /** An offer of ours is out, and the ACK has to answer it. */
  #isAnswerOwed = false;
  /** What is done to the media, one after the other. */
  #turn: Promise<void> = Promise.resolve();

  /** `undefined` where the INVITE has no Contact: 400. */
  static open(invite: SipRequest, options: CallOptions): AnsweredCall | undefined {
    const tag = newToken();
    const dialog = openAsCallee(invite, { tag, contact: options.contact });
    return dialog === undefined ? undefined : new AnsweredCall(invite, { tag, dialog }, options);
  }

  private constructor(
    invite: SipRequest,
    { tag, dialog }: { readonly tag: string; readonly dialog: Dialog },
    options: CallOptions,
  ) {
    this.#tag = tag;
    this.#invite = invite;
    this.#dialog = dialog;
    this.#options = options;
    this.#media = new CallMedia({
      ...options,
      connected: () => this.#connected(),
      broken: () => this.#await(),
      received: (kind, packet) => this.#behaviour.received(kind, packet),
      pictureLost: () => this.#behaviour.pictureLost(),
    });
    this.#behaviour = options.behave(this.#media);
  }

  /** Rings for a moment and answers. */
  answer(): void {
    const { limits } = this.#options;
    this.#own.carryOut({ do: "start-timer", timer: "longest", ms: limits.longestMs });
    this.#respond(this.#invite, { status: 180 });
    this.#negotiate(this.#invite);
    this.#await();
  }

  isOf(request: SipRequest): boolean {
    return toTag(request) === this.#tag && fromTag(request) === fromTag(this.#invite);
  }

  /** A request inside the call. */
  receive(request: SipRequest): void {
    this.#step({ type: "request", request });
  }

  cancelled(): void {
    this.#step({ type: "cancelled" });
  }

  hangUp(): void {
    if (this.#dialog.name === "early-callee") this.#respond(this.#invite, { status: 480 });
    else this.#step({ type: "bye", headers: [] });
    this.#end();
  }

  #connected(): void {
    if (this.#ended) return;
    this.#own.carryOut({ do: "stop-timer", timer: "media" });
    if (this.#begun) return;
    this.#begun = true;
    this.#behaviour.begin();
  }

  #await(): void {
    if (this.#ended) return;
    this.#own.carryOut({ do: "start-timer", timer: "media", ms: this.#options.limits.mediaMs });
  }

  #step(event: DialogEvent): void {
    const [next, effects] = stepDialog(this.#dialog, event);
    this.#dialog = next;
    for (const effect of effects) this.#carryOut(effect);
    if (next.name !== "terminated" || this.#isOver) return;
    this.#isOver = true;
    this.#timers.stopAll();
    this.#end();
    this.#options.ended();
  }

  #carryOut(effect: DialogEffect): void {
    const { transactions } = this.#options;
    switch (effect.do) {
      case "request":
        this.#send(effect.request);
        return;
      case "ack":
        transactions.acknowledge(effect.request);
        return;
      case "respond":
        transactions.respond(effect.request, effect.response);
        return;
      case "deliver":
        this.#asked(effect.request);
        return;
      case "start-timer":
      case "stop-timer":
        this.#timers.carryOut(effect);
        return;
      case "end":
        this.#end();
        return;
      // A machine sends nothing inside a call but its BYE.
      case "withdraw":
      case "answer":
      case "fail":
      case "decline":
        return;
    }
  }

  #send(request: SipRequest): void {
    const { method } = request;
    this.#options.transactions.open(request, {
      response: response => this.#step({ type: "response", response }),
      fail: why => this.#step({ type: "fail", method, why }),
    });
  }

  #asked(request: SipRequest): void {
    if (request.method === "ACK") this.#acknowledged(request);
    else if (request.method === "INVITE") this.#negotiate(request);
    else {
      this.#respond(request, { status: 200, headers: abilities });
      if (typeOf(request) === fragmentMediaType) this.#do(() => this.#media.addCandidates(request.body));
    }
  }

  /** Answers an INVITE, the first or a later one: with an answer to its offer, or with an offer to one without. */
  #negotiate(invite: SipRequest): void {
    this.#do(async () => {
      const hasOffer = typeOf(invite) === sdpMediaType;
      try {
        const body = await (hasOffer ? this.#media.answer(invite.body) : this.#media.offer());
        if (this.#ended) return;
        this.#isAnswerOwed = !hasOffer;
        const headers = [...abilities, toHeader("Content-Type", sdpMediaType)];
        this.#respond(invite, { status: 200, headers, body });
      } catch (error) {
        this.#respond(invite, { status: 488 });
        if (invite === this.#invite) this.#end();
        throw error;
      }
    });
  }

  #acknowledged(ack: SipRequest): void {
    if (!this.#isAnswerOwed) return;
    this.#isAnswerOwed = false;
    this.#do(async () => {
      try {
        await this.#media.accept(ack.body);
      } catch (error) {
        this.hangUp();
        throw error;
      }
    });
  }

  #respond(request: SipRequest, { status, headers = [], body = "" }: Answer): void {
    const signed: readonly SipHeader[] =
      request === this.#invite && status < 300
        ? signAnswer(this.#options.signing, request, { status, body })
        : [];
    const answer = { status, headers: [...headers, ...signed], body };
    this.#step({ type: "respond", request, answer });
  }

  /** What callers send may be anything: it costs them their own call. */
  #do(act: () => Promise<void>): void {
    this.#turn = this.#turn.then(async () => {
      if (this.#ended) return;
      try {
        await act();
      } catch (error) {
        if (!(error instanceof MediaError || error instanceof SdpError)) throw error;
        this.#options.log("info", "call.media.refused", { code: error.code });
      }
    });
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#own.stopAll();
    this.#behaviour.close();
    void this.#turn.then(() => this.#media.close());
  }
}

function typeOf(request: SipRequest): string | undefined {
  return request.body === "" ? undefined : contentType(request)?.type;
}
