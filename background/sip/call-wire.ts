import type { WireEffect } from "../../protocol/call/call-effect.ts";
import type { Carrier } from "../../protocol/call/call-event.ts";
import type { DialogTag } from "../../protocol/ids.ts";
import { createResponse } from "../../protocol/sip/create-response.ts";
import { openAsCallee, openAsCaller } from "../../protocol/sip/dialog.ts";
import type { Dialog } from "../../protocol/sip/dialog-state.ts";
import { toHeader } from "../../protocol/sip/edit-message.ts";
import { cseq, fromTag, headerValues, toTag } from "../../protocol/sip/fields.ts";
import type { ByteText, SipHeader, SipMessage, SipRequest, SipResponse } from "../../protocol/sip/message.ts";
import { orderProvisional } from "../../protocol/sip/provisional-order.ts";
import type { Identity } from "../../protocol/words/identity.ts";
import { type Bodies, type Opened, type Peer, sdpMediaType, type WireBody, wireBodyOf } from "./bodies.ts";
import type { CallWireOptions } from "./call-port.ts";
import { DialogRun } from "./dialog-run.ts";
import { inform, informed, takeEarly, takeInfo } from "./informing.ts";
import { abilities, createInvite, reasonLine, typeOf } from "./invite-parts.ts";
import { createLeg, keepBody, type Leg, refusalOf } from "./leg.ts";
import { ReadyAnswer, type SignedParts } from "./ready-answer.ts";
import { acceptReinvite, refuseReinvite, sealSdp, sendReinvite } from "./reinvites.ts";
import { ReliableRun } from "./reliable-run.ts";
import { wantsHold } from "./sdp-checks.ts";
import { signInvite, signResponse } from "./signed-parts.ts";
import { toInviteFailure, toReinviteOutcome, toWhole } from "./wire-events.ts";

type Of<Name extends WireEffect["do"]> = Extract<WireEffect, { do: Name }>;

const INVITE_SEQ = 1;

/** The dialogs of one call: makes its effects messages, and messages its events. */
export class CallWire {
  readonly #options: CallWireOptions;
  readonly #legs = new Map<DialogTag, Leg>();
  /** Theirs, when they call. */
  readonly #invite: SipRequest | undefined;
  readonly #reliable: ReliableRun | undefined;
  readonly #ready: ReadyAnswer;
  #withdraw: ((headers: readonly SipHeader[]) => void) | undefined;
  #sent: SipRequest | undefined;
  /** Our 200 offers, and the ACK has to answer. */
  #isAnswerOwed = false;
  /** The identity of the INVITE: ours when we call; theirs, proven, when they do. */
  #asked: Identity | undefined;

  /** @param invite theirs; its Contact has been looked at */
  constructor(options: CallWireOptions, invite?: SipRequest) {
    this.#options = options;
    this.#ready = new ReadyAnswer(options.clock, offer => this.#signOk(offer));
    this.#invite = invite;
    if (invite === undefined) return;
    this.#reliable = new ReliableRun(
      { invite, clock: options.clock, fraction: options.random.fraction() },
      {
        send: response => options.wire.respond(invite, response),
        pracked: prack => this.#pracked(prack),
        refused: prack => options.wire.respond(prack, createResponse(prack, 481)),
        missing: () => options.ear.tell({ type: "prack-missing" }),
      },
    );
    const { localTag } = options;
    const dialog = openAsCallee(invite, { tag: localTag, contact: options.contact() });
    if (dialog === undefined) return;
    const leg = this.#addLeg(this.caller, dialog);
    leg.carriers.set("invite", invite);
    keepBody(leg, invite);
  }

  /** Of the caller's dialog, when they call. */
  get caller(): DialogTag {
    return (this.#invite === undefined ? "" : (fromTag(this.#invite) ?? "")) as DialogTag;
  }

  /** The identity of the INVITE of this call. */
  get asked(): Identity | undefined {
    return this.#asked;
  }

  messageOf(of: Carrier, tag: DialogTag): SipMessage | undefined {
    return this.#legs.get(tag)?.carriers.get(of);
  }

  /** The other end of a dialog is known: who it has proven to be, or that nothing can be proven of it. */
  know(tag: DialogTag, peer: Peer, identity?: Identity): void {
    const leg = this.#legs.get(tag);
    if (leg === undefined) return;
    leg.peer = peer;
    if (this.#invite !== undefined) this.#asked = identity;
    takeEarly(this.#options, leg);
    inform(this.#options, leg);
  }

  /** What a body of theirs, which the call knows by its text, says: checked, and ready for media. */
  async open(tag: DialogTag, body: ByteText): Promise<Opened> {
    const leg = this.#legs.get(tag);
    const received = leg?.received.get(body);
    if (leg?.peer === undefined || received === undefined) return { ok: false, why: "media" };
    return this.#options.bodies.openSdp(leg.peer, received.wire, {
      ends: leg.theirs,
      label: received.label,
    });
  }

  candidates(tag: DialogTag, fragment: ByteText): void {
    const leg = this.#legs.get(tag);
    if (leg !== undefined) inform(this.#options, leg, fragment);
  }

  /** An offer that was made while it rings, and may be asked for. */
  ready(offer: ByteText): void {
    this.#ready.make(offer);
  }

  /** A request inside a dialog of this call; false where there is no such dialog. */
  receive(request: SipRequest): boolean {
    const leg = this.#legs.get((fromTag(request) ?? "") as DialogTag);
    if (leg === undefined || toTag(request) !== this.#options.localTag) return false;
    if (leg.dialog.state === "terminated") return false;
    leg.dialog.step({ type: "request", request });
    return true;
  }

  async perform(effect: WireEffect): Promise<void> {
    switch (effect.do) {
      case "send-invite":
        return this.#sendInvite();
      case "send-cancel":
        this.#withdraw?.(reasonLine(effect.reason));
        return;
      case "send-ringing":
        return this.#answer(180, () => this.#sign(180));
      case "send-prepared":
        return this.#prepared(effect);
      case "send-prack":
        return this.#prack(effect);
      case "send-ok":
        return this.#ok(effect);
      case "send-refusal":
        this.#refuse(effect);
        return;
      case "send-ack":
        return this.#ack(effect);
      case "send-bye":
        this.#bye(effect);
        return;
      case "answer-bye":
        // The dialog has answered it by itself.
        return;
      case "send-reinvite":
        return this.#within(effect.tag, (bodies, leg) => sendReinvite(bodies, leg, effect.offer));
      case "ack-reinvite":
        this.#legs.get(effect.tag)?.dialog.step({ type: "ack", content: {} });
        return;
      case "accept-reinvite":
        return this.#within(effect.tag, (bodies, leg) => acceptReinvite(bodies, leg, effect.body));
      case "refuse-reinvite":
        return this.#within(effect.tag, (_, leg) => refuseReinvite(leg, effect.status, effect.retryAfter));
    }
  }

  #within(tag: DialogTag, act: (bodies: Bodies, leg: Leg) => Promise<void> | void): Promise<void> | void {
    const leg = this.#legs.get(tag);
    return leg === undefined ? undefined : act(this.#options.bodies, leg);
  }

  close(): void {
    this.#reliable?.close();
    for (const { dialog } of this.#legs.values()) dialog.close();
  }

  async #sendInvite(): Promise<void> {
    const { callId, localTag, from, to, context, wire, ear } = this.#options;
    const signed = await signInvite(this.#options);
    this.#asked = signed.identity;
    const contact = this.#options.contact();
    const headers = [signed.header];
    this.#sent = createInvite({ callId, localTag, from, to, contact, body: context, headers });
    this.#withdraw = wire.openInvite(this.#sent, {
      response: response => this.#heard(response),
      fail: why => ear.tell(toInviteFailure(why)),
    });
  }

  /** A response to our INVITE. */
  #heard(response: SipResponse): void {
    const { ear } = this.#options;
    const tag = toTag(response) as DialogTag | undefined;
    if (response.status >= 300) {
      for (const { dialog } of this.#legs.values()) {
        if (dialog.state === "early-caller") dialog.step({ type: "response", response });
      }
      ear.tell({ type: "rejected", status: response.status, reasons: headerValues(response, "reason") });
    } else if (response.status === 100 || tag === undefined) ear.tell({ type: "provisional" });
    else this.#legFor(tag, response)?.dialog.step({ type: "response", response });
  }

  #legFor(tag: DialogTag, response: SipResponse): Leg | undefined {
    const known = this.#legs.get(tag);
    if (known !== undefined || this.#sent === undefined) return known;
    // A device that none of the call's own bounds remembers is still told that it is too late.
    if (this.#legs.size >= mostLegs && response.status < 200) return undefined;
    const dialog = openAsCaller(this.#sent, response, this.#options.contact());
    return dialog === undefined ? undefined : this.#addLeg(tag, dialog);
  }

  #addLeg(tag: DialogTag, dialog: Dialog): Leg {
    const { callId, localTag: local, clock, wire, ear } = this.#options;
    const run = new DialogRun(dialog, {
      tag,
      clock,
      user: {
        request: request => this.#requested(tag, request),
        answered: response => this.#answered(tag, response),
        failed: (method, status) => this.#failed(tag, method, status),
        declined: method => this.#declined(tag, method),
        tell: event => ear.tell(event),
      },
      wire: {
        ...wire,
        respond: (request, response) => this.#respond(request, response),
      },
    });
    const leg = createLeg(run, { callId, local, tag });
    this.#legs.set(tag, leg);
    return leg;
  }

  /** A final answer to their INVITE waits for the PRACK of what was said reliably before. */
  #respond(request: SipRequest, response: SipResponse): void {
    if (request === this.#invite && response.status >= 200) this.#reliable?.step({ type: "final", response });
    else this.#options.wire.respond(request, response);
  }

  #requested(tag: DialogTag, request: SipRequest): void {
    const leg = this.#legs.get(tag);
    if (leg === undefined) return;
    switch (request.method) {
      case "ACK": {
        this.#acked(keepBody(leg, request));
        return;
      }
      case "INVITE":
        this.#reinvited(leg, request);
        return;
      case "PRACK":
        this.#reliable?.step({ type: "prack", request });
        return;
      case "INFO":
        leg.dialog.step({ type: "respond", request, answer: { status: 200 } });
        takeInfo(this.#options, leg, request);
        return;
      default:
        leg.dialog.step({ type: "respond", request, answer: { status: 200, headers: abilities } });
    }
  }

  /** An ACK that owes an answer and has none comes before a BYE that says why: that one is waited for. */
  #acked(answer: ByteText | undefined): void {
    const { ear, clock } = this.#options;
    const isOwed = this.#isAnswerOwed;
    this.#isAnswerOwed = false;
    if (answer !== undefined) ear.tell({ type: "acked", answer });
    else if (isOwed) clock.after(byeFollowsMs, () => ear.tell({ type: "acked" }));
    else ear.tell({ type: "acked" });
  }

  #reinvited(leg: Leg, request: SipRequest): void {
    const { ear, random } = this.#options;
    leg.reinvite = request;
    const offer = keepBody(leg, request);
    const { tag } = leg;
    ear.workOr(
      async () => {
        const opened = offer === undefined ? undefined : await this.open(tag, offer);
        const hold = opened?.ok === true && wantsHold(opened.sdp);
        return { type: "reinvited", tag, hold, ...toWhole({ offer }), random: random.fraction() };
      },
      () => leg.dialog.step({ type: "respond", request, answer: { status: 481 } }),
    );
  }

  #pracked(prack: SipRequest): void {
    const leg = this.#theirs();
    if (leg === undefined) return;
    const answer = keepBody(leg, prack);
    leg.dialog.step({ type: "respond", request: prack, answer: { status: 200 } });
    leg.canInform = true;
    inform(this.#options, leg);
    this.#options.ear.tell({ type: "pracked", answer: answer ?? "" });
  }

  /** A response in the dialog: to our INVITE, or to a request inside it. */
  #answered(tag: DialogTag, response: SipResponse): void {
    const leg = this.#legs.get(tag);
    if (leg === undefined) return;
    const { ear, random } = this.#options;
    const { method, seq } = cseq(response);
    if (method === "INFO" && response.status >= 200) informed(this.#options, leg);
    if (method !== "INVITE") return;
    if (seq === INVITE_SEQ && this.#sent !== undefined) {
      this.#progressed(leg, response);
      return;
    }
    if (response.status < 200) return;
    ear.tell(
      toReinviteOutcome(response, { tag, answer: keepBody(leg, response), random: random.fraction() }),
    );
  }

  #progressed(leg: Leg, response: SipResponse): void {
    const { ear } = this.#options;
    const { tag } = leg;
    if (response.status >= 300) return;
    if (response.status >= 200) {
      leg.carriers.set("answer", response);
      ear.tell({ type: "peer-answered", tag, ...toWhole({ offer: keepBody(leg, response) }) });
      return;
    }
    const order = orderProvisional(response, leg.lastReliable);
    if (order.kind === "drop") return;
    if (order.kind === "next") {
      leg.lastReliable = order.last;
      leg.rack = order.rack;
    }
    const offer = order.kind === "next" ? keepBody(leg, response) : undefined;
    if (offer !== undefined) {
      leg.carriers.set("early", response);
      ear.tell({ type: "peer-prepared", tag, offer });
      return;
    }
    // Reliable, and nothing in it that the call would answer.
    if (order.kind === "next") this.#sendPrack(leg, undefined);
    if (response.status !== 180) {
      ear.tell({ type: "provisional" });
      return;
    }
    leg.carriers.set("ringing", response);
    ear.tell({ type: "peer-ringing", tag });
  }

  #failed(tag: DialogTag, method: string, status: 408 | 503): void {
    const leg = this.#legs.get(tag);
    const { ear, random } = this.#options;
    if (method === "INFO" && leg !== undefined) informed(this.#options, leg);
    if (method === "INVITE") ear.tell({ type: "reinvite-rejected", tag, status, random: random.fraction() });
  }

  #declined(tag: DialogTag, method: string): void {
    const leg = this.#legs.get(tag);
    const { ear, random } = this.#options;
    if (method === "BYE") ear.tell({ type: "bye-answered", tag });
    if (method === "INFO" && leg !== undefined) leg.isInforming = false;
    if (method === "INVITE") {
      ear.tell({ type: "reinvite-rejected", tag, status: 491, random: random.fraction() });
    }
  }

  /** The one dialog of a call that they placed. */
  #theirs(): Leg | undefined {
    return this.#legs.get(this.caller);
  }

  async #answer(status: number, sign: () => Promise<SignedParts>): Promise<void> {
    const leg = this.#theirs();
    if (leg === undefined || this.#invite === undefined) return;
    leg.dialog.step({ type: "respond", request: this.#invite, answer: { status, ...(await sign()) } });
  }

  async #sign(status: number, body?: WireBody): Promise<SignedParts> {
    const signed = await signResponse(this.#options, this.#asked, { status, body: body?.body ?? "" });
    return { headers: [...abilities, ...typeOf(body), ...signed], ...toWhole({ body: body?.body }) };
  }

  async #signOk(sdp: ByteText | undefined): Promise<SignedParts> {
    const leg = this.#theirs();
    if (leg === undefined || this.#invite === undefined || sdp === undefined) return this.#sign(200);
    const label = `INVITE ${cseq(this.#invite).seq} 200`;
    return this.#sign(200, await sealSdp(this.#options.bodies, leg, { sdp, label }));
  }

  async #prepared({ offer }: Of<"send-prepared">): Promise<void> {
    const leg = this.#theirs();
    if (leg === undefined || this.#invite === undefined) return;
    const body = await sealSdp(this.#options.bodies, leg, {
      sdp: offer,
      label: `INVITE ${cseq(this.#invite).seq} 183`,
    });
    const headers = [
      toHeader("Contact", this.#options.contact()),
      ...abilities,
      ...typeOf(body),
      ...(await signResponse(this.#options, this.#asked, { status: 183, body: body.body })),
    ];
    const parts = { toTag: this.#options.localTag, headers, body: body.body };
    this.#reliable?.step({ type: "provisional", response: createResponse(this.#invite, 183, parts) });
  }

  async #ok({ body: sdp }: Of<"send-ok">): Promise<void> {
    const leg = this.#theirs();
    if (leg === undefined || this.#invite === undefined) return;
    await this.#answer(200, () => this.#ready.take(sdp));
    this.#isAnswerOwed = sdp !== undefined && wireBodyOf(this.#invite)?.mediaType !== sdpMediaType;
    leg.canInform = true;
    inform(this.#options, leg);
  }

  #refuse({ refusal }: Of<"send-refusal">): void {
    const leg = this.#theirs();
    if (leg === undefined || this.#invite === undefined) return;
    const { status, phrase, reason } = refusal;
    const answer = { status, reason: phrase, headers: reasonLine(reason) };
    leg.dialog.step({ type: "respond", request: this.#invite, answer });
  }

  async #prack({ tag, answer }: Of<"send-prack">): Promise<void> {
    const leg = this.#legs.get(tag);
    if (leg === undefined) return;
    this.#sendPrack(
      leg,
      await sealSdp(this.#options.bodies, leg, { sdp: answer, label: `PRACK ${leg.dialog.nextSeq}` }),
    );
    leg.canInform = true;
    inform(this.#options, leg);
  }

  #sendPrack(leg: Leg, body: WireBody | undefined): void {
    if (leg.rack === undefined) return;
    const headers = [toHeader("RAck", leg.rack), ...typeOf(body)];
    leg.rack = undefined;
    const content = { headers, ...toWhole({ body: body?.body }) };
    leg.dialog.step({ type: "send", method: "PRACK", content });
  }

  async #ack({ tag, ack }: Of<"send-ack">): Promise<void> {
    const leg = this.#legs.get(tag);
    // The dialog repeats by itself an ACK that got lost.
    if (leg === undefined || ack.body === "again") return;
    const body =
      ack.body === "answer"
        ? await sealSdp(this.#options.bodies, leg, { sdp: ack.answer, label: `ACK ${INVITE_SEQ}` })
        : refusalOf(leg, ack.body);
    const content = { headers: typeOf(body), ...toWhole({ body: body?.body }) };
    leg.dialog.step({ type: "ack", content });
    if (ack.body === "refusal") return;
    leg.canInform = true;
    inform(this.#options, leg);
  }

  #bye({ tag, reason }: Of<"send-bye">): void {
    const leg = this.#legs.get(tag);
    // One that leaves already tells by itself when it has left.
    if (leg?.dialog.state === "leaving") return;
    if (leg === undefined) this.#options.ear.tell({ type: "bye-answered", tag });
    else leg.dialog.step({ type: "bye", headers: reasonLine(reason) });
  }
}

/** The two are sent at once; between them lies what one way through the network differs from the next. */
const byeFollowsMs = 1_000;

/** As many as the call itself remembers, and some. */
const mostLegs = 32;
