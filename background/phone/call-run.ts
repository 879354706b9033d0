import { type Call, isOver, isTalking } from "../../protocol/call/call.ts";
import type { CallEffect, MediaEffect } from "../../protocol/call/call-effect.ts";
import type { CallEvent, EventOf } from "../../protocol/call/call-event.ts";
import type { CallTimer } from "../../protocol/call/call-timers.ts";
import type { DialogTag } from "../../protocol/ids.ts";
import type { AccountText } from "../../protocol/number/address.ts";
import type { SipResponse } from "../../protocol/sip/message.ts";
import type { MediaKey } from "../../protocol/words/media-key.ts";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { createNamedTimers, type NamedTimers } from "../base/named-timers.ts";
import type { Resolved } from "../chain/resolved.ts";
import type { ProvenPeer, Verdict, Verifier } from "../identity/verify-identity.ts";
import type { CallMedia, MediaEvent } from "../media/media-port.ts";
import type { CallEar } from "../sip/call-port.ts";
import type { CallWire } from "../sip/call-wire.ts";
import { CallQueue } from "./call-queue.ts";
import type { CallRecord, PhonePorts } from "./ports.ts";

export interface CallRunOptions {
  readonly call: Call;
  /** Whom it is with, in the words of who dialled, or of the caller. */
  readonly address: string;
  readonly isGuest: boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly verifier: Verifier;
  readonly ports: PhonePorts;
  /** Whether the other side takes candidates when they come. */
  readonly trickle: boolean;
  /** What only the phone can do, which knows of the other calls. */
  resolve(run: CallRun): Promise<CallEvent>;
  admit(run: CallRun): Promise<CallEvent>;
  /** The other side has proven to be this account. */
  proven(run: CallRun, account: AccountText): void;
  changed(record: CallRecord): void;
  /** Media lost their way, or nothing is heard: the network may be gone under the line too. */
  pathLost(): void;
}

type Verify = Extract<CallEffect, { do: "verify" }>;

/** One call: its queue, its wire, its media, and what people see of it. */
export class CallRun {
  readonly #options: CallRunOptions;
  readonly #queue: CallQueue;
  readonly #timers: NamedTimers<CallTimer>;
  #wire: CallWire | undefined;
  #media: Promise<CallMedia> | undefined;
  #keys: readonly MediaKey[] = [];
  #record: CallRecord;

  constructor(options: CallRunOptions) {
    const { call, clock, address, isGuest } = options;
    this.#options = options;
    const { id, context } = call;
    const began = clock.now();
    const open = { connected: undefined, ended: undefined, doubt: undefined, found: undefined };
    this.#record = { id, call, address, isGuest, context, began, ...open };
    this.#timers = createNamedTimers(clock, timer => this.#queue.tell({ type: "timer-fired", timer }));
    this.#queue = new CallQueue(call, {
      log: options.log,
      perform: effect => this.#perform(effect),
      changed: next => this.#changed(next),
    });
  }

  get record(): CallRecord {
    return this.#record;
  }

  get call(): Call {
    return this.#queue.call;
  }

  /** The way from the wire to this call. */
  get ear(): CallEar {
    return {
      tell: event => this.#queue.work(() => Promise.resolve(event)),
      work: job => this.#queue.work(job),
      workOr: (job, unheard) => this.#queue.work(job, unheard),
      candidates: (tag, fragment) => this.#command({ do: "take-candidates", tag, fragment }),
    };
  }

  get keys(): readonly MediaKey[] {
    return this.#keys;
  }

  attach(wire: CallWire): void {
    this.#wire = wire;
  }

  get wire(): CallWire | undefined {
    return this.#wire;
  }

  tell(event: CallEvent): void {
    this.#queue.tell(event);
  }

  /** Sets media aside: its keys are signed in all that this call says of itself. */
  async openMedia(): Promise<void> {
    const { ports, trickle, call } = this.#options;
    if (isOver(this.call.state)) return;
    const hear = (event: MediaEvent) => this.#hearMedia(event);
    const { direction, state } = this.call;
    const offers = direction === "incoming" && !("offer" in state && state.offer !== undefined);
    this.#media ??= ports.media.open({ id: call.id, trickle, offers, hear });
    this.#keys = (await this.#media).keys;
    if (isOver(this.call.state)) this.#closeMedia();
  }

  /** What the chain knows of the other side. */
  found(found: Resolved | undefined): void {
    this.#record = { ...this.#record, found };
    this.#options.changed(this.#record);
  }

  /** Something that people should know, and that stays said. */
  doubt(doubt: string): void {
    this.#record = { ...this.#record, doubt };
  }

  /** The phone ends. */
  stop(): void {
    this.#queue.stop();
    this.close();
  }

  /** The call is over for people. */
  close(): void {
    this.#timers.stopAll();
    this.#closeMedia();
  }

  #closeMedia(): void {
    const media = this.#media;
    this.#media = undefined;
    media?.then(
      it => it.close(),
      error => this.#options.log.failed("call.media.unopened", error),
    );
  }

  #hearMedia(event: MediaEvent): void {
    const { type } = event;
    if (type === "media-lost" || type === "media-silent") this.#options.pathLost();
    if (type === "candidates-made") this.#wire?.candidates(event.tag, event.fragment);
    else if (type === "offer-ahead") this.#wire?.ready(event.offer);
    else if (type !== "media-silent") this.#queue.tell(event);
  }

  #command(command: Parameters<CallMedia["command"]>[0]): void {
    // In order: all commands wait for the same promise.
    this.#media?.then(
      media => media.command(command),
      error => this.#options.log.failed("call.media.unopened", error),
    );
  }

  #changed(call: Call): void {
    const { clock, changed } = this.#options;
    const { connected, ended } = this.#record;
    this.#record = {
      ...this.#record,
      call,
      connected: connected ?? (isTalking(call.state) ? clock.now() : undefined),
      ended: ended ?? (isOver(call.state) ? clock.now() : undefined),
    };
    changed(this.#record);
  }

  async #perform(effect: CallEffect): Promise<void> {
    const { ports } = this.#options;
    switch (effect.do) {
      case "resolve-target":
        this.#answerBy(this.#options.resolve(this), { type: "resolve-failed", reason: "failed" });
        return;
      case "verify":
        this.#answerBy(this.#verify(effect), { type: "identity-failed", of: effect.of, tag: effect.tag });
        return;
      case "ask-admission":
        this.#answerBy(this.#options.admit(this), { type: "refused", reason: "failed" });
        return;
      case "start-ringtone":
        this.#ring();
        return;
      case "stop-ringtone":
        ports.ringer.stop("ringtone", this.#record);
        return;
      case "start-ringback":
        // A caller who hears no tone still sees that it rings.
        ports.ringer
          .start("ringback", this.#record)
          .catch(error => this.#options.log.failed("call.ringback.silent", error));
        return;
      case "stop-ringback":
        ports.ringer.stop("ringback", this.#record);
        return;
      case "notify":
        ports.ringer.notify(effect.notice, this.#record);
        return;
      case "write-log":
        return this.#writeLog(effect);
      case "hand-over":
        // Told by the record: its state names the successor.
        return;
      case "start-timer":
      case "stop-timer":
        this.#timers.carryOut(effect);
        return;
      default:
        return isMediaEffect(effect) ? this.#performMedia(effect) : this.#wire?.perform(effect);
    }
  }

  /** What takes its time answers by an event; what fails, by the one given. */
  #answerBy(event: Promise<CallEvent>, otherwise: CallEvent): void {
    event.then(
      it => this.#queue.tell(it),
      error => {
        this.#options.log.failed("call.question.failed", error, { event: otherwise.type });
        this.#queue.tell(otherwise);
      },
    );
  }

  #ring(): void {
    const { ports, log } = this.#options;
    ports.ringer.start("ringtone", this.#record).then(
      () => this.#queue.tell({ type: "alerting" }),
      error => {
        log.failed("call.ringtone.silent", error);
        this.#queue.tell({ type: "alerting-failed" });
      },
    );
  }

  async #verify({ of, tag }: Verify): Promise<CallEvent> {
    const { verifier } = this.#options;
    const wire = this.#wire;
    const message = wire?.messageOf(of, tag);
    const asked = wire?.asked;
    if (wire === undefined || message === undefined) return { type: "identity-failed", of, tag };
    const verdict =
      message.kind === "request" ? await verifier.invite(message) : await this.#verifyAnswer(message, asked);
    return this.#conclude(verdict, { of, tag });
  }

  #verifyAnswer(response: SipResponse, asked: CallWire["asked"]): Promise<Verdict> {
    if (asked === undefined) throw new Error("An answer to an INVITE that was never sent.");
    const { expects, peer } = this.call;
    return this.#options.verifier.answer(response, {
      asked,
      ...(expects === "account" && { account: peer }),
    });
  }

  #conclude(verdict: Verdict, { of, tag }: Pick<Verify, "of" | "tag">): CallEvent {
    switch (verdict.kind) {
      case "proven":
        this.#wire?.know(tag, verdict.peer, verdict.identity);
        this.#options.proven(this, verdict.peer.account);
        return {
          ...{ type: "identity-proven", of, tag, device: verdict.peer.device },
          ...(this.call.direction === "outgoing" && { peer: verdict.peer.account }),
        } as const;
      case "waived":
        if (this.call.expects === "anyone") this.#accept(tag, verdict.signer);
        else this.#doubt("Whoever answered did not say who they are.");
        return { type: "identity-waived", of, tag };
      case "failed":
        this.#doubt(verdict.sentence);
        return { type: "identity-failed", of, tag };
    }
  }

  /** Anyone was expected. Who signs is shown, and held to the certificates it signed. */
  #accept(tag: DialogTag, signer: ProvenPeer | undefined): void {
    this.#wire?.know(tag, signer === undefined ? "foreign" : { signed: signer.mediaKeys });
    this.#record = { ...this.#record, signer: signer?.account };
  }

  #doubt(doubt: string): void {
    this.#record = { ...this.#record, doubt };
    this.#options.log.warn("call.identity.doubted", { why: doubt });
  }

  async #performMedia(effect: MediaEffect): Promise<void> {
    if (effect.do !== "make-answer" && effect.do !== "take-answer") {
      this.#command(effect);
      return;
    }
    const { tag } = effect;
    const body = effect.do === "make-answer" ? effect.offer : effect.answer;
    const opened = await this.#wire?.open(tag, body);
    if (opened?.ok !== true) {
      const why = opened?.why ?? "media";
      if (why === "fingerprint") this.#doubt("The connection offered is not the one that was signed.");
      const failed: EventOf<"media-failed"> = { type: "media-failed", tag, why };
      this.#queue.tell(failed);
    } else if (effect.do === "make-answer") this.#command({ ...effect, offer: opened.sdp });
    else this.#command({ ...effect, answer: opened.sdp });
  }

  #writeLog({ reason, talked }: Extract<CallEffect, { do: "write-log" }>): Promise<void> {
    const { id, address, context, began, connected, ended, call } = this.#record;
    const { direction, peer, proof } = call;
    const times = { began, connected, ended };
    const { callLog } = this.#options.ports;
    return callLog.write({ id, address, context, ...times, direction, peer, proof, reason, talked });
  }
}

function isMediaEffect(effect: CallEffect): effect is MediaEffect {
  switch (effect.do) {
    case "make-offer":
    case "make-answer":
    case "take-answer":
    case "drop-offer":
    case "close-media":
    case "open-microphone":
    case "close-microphone":
      return true;
    default:
      return false;
  }
}
