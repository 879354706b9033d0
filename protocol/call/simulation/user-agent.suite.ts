import type { CallId, DialogTag } from "../../ids.ts";
import type { CallEffect, WireEffect } from "../call-effect.ts";
import type { CallEvent } from "../call-event.ts";
import type { Clock } from "./clock.suite.ts";
import type { Message, Network } from "./network.suite.ts";
import { createTransactions, type Incoming, type Reply, repeat } from "./transactions.suite.ts";

/** Who is called by whom about what: what an INVITE says beside SIP. */
export interface Facts {
  readonly callId: CallId;
  readonly me: string;
  readonly peer: string;
  readonly context: string;
}

export interface UserAgentPort {
  readonly name: string;
  readonly clock: Clock;
  readonly network: Network;
  readonly random: () => number;
  /** A new INVITE; the call that is made of it hears `invited` next. */
  invited(facts: Facts): void;
  /** False when the call, in its state, does not listen to this event. */
  deliver(callId: CallId, event: CallEvent): boolean;
  /** What a rule of SIP forbids was asked for. */
  object(problem: string): void;
}

export interface UserAgent {
  perform(facts: Facts, effect: CallEffect): void;
  /** What SIP forbids to leave behind. `talksWith`: the tag of the dialog in which a call still talks. */
  judge(talksWith: (callId: CallId) => string | undefined): string[];
}

type Performers = {
  readonly [Name in WireEffect["do"]]: (leg: Leg, effect: Extract<WireEffect, { do: Name }>) => void;
};

interface Invite {
  readonly incoming: Incoming;
  status: number;
}

/** The dialogs of one call at one place. */
interface Leg {
  readonly facts: Facts;
  readonly localTag: string;
  cseq: number;
  /** Our INVITE. */
  branch: string | undefined;
  heardProvisional: boolean;
  isFinal: boolean;
  /** Their INVITE. */
  invite: Invite | undefined;
  reinvite: Invite | undefined;
  stopRinging: () => void;
  stopPrepared: (() => void) | undefined;
  isPrackAwaited: boolean;
  /** Our 200s that wait for an ACK, by CSeq. */
  readonly oks: Map<number, () => void>;
  readonly acked: Set<number>;
  /** ACKs that we sent, by tag and CSeq. */
  readonly acks: Map<string, Message>;
  readonly okCseq: Map<string, number>;
  readonly prepared: Set<string>;
  readonly byes: Map<string, Incoming>;
  /** Dialogs in which a BYE was sent or received. */
  readonly closed: Set<string>;
  readonly remoteCseq: Map<string, number>;
}

const DEVICE = /^(.*)-\d+$/;

/** What protocol/sip and the phone's user agent do for a call, in small. */
export function createUserAgent(port: UserAgentPort): UserAgent {
  const { name, clock, network, random, deliver, object } = port;
  const legs = new Map<string, Leg>();
  let counter = 0;
  const unique = (): string => {
    counter += 1;
    return `${name}-${counter}`;
  };

  const transactions = createTransactions({ name, clock, network }, incoming => {
    const { method, callId, toTag } = incoming.message;
    const leg = legs.get(callId);
    if (method === "INVITE" && toTag === undefined) hearInvite(incoming);
    else if (method === "CANCEL") hearCancel(leg, incoming);
    else if (!leg) incoming.reply({ status: 481 });
    else if (method === "ACK") hearAck(leg, incoming.message);
    else if (method === "PRACK") hearPrack(leg, incoming);
    else if (isInOrder(leg, incoming)) (method === "BYE" ? hearBye : hearReinvite)(leg, incoming);
  });

  const hearCancel = (leg: Leg | undefined, incoming: Incoming): void => {
    incoming.reply({ status: 200 });
    const { branch, reasons = [] } = incoming.message;
    if (!leg?.invite || leg.invite.incoming.message.branch !== branch || leg.invite.status >= 200) return;
    deliver(leg.facts.callId, { type: "cancelled", reasons });
  };

  const hearPrack = (leg: Leg, incoming: Incoming): void => {
    incoming.reply({ status: leg.stopPrepared ? 200 : 481 });
    if (!leg.stopPrepared) return;
    leg.stopPrepared();
    leg.stopPrepared = undefined;
    leg.isPrackAwaited = false;
    deliver(leg.facts.callId, { type: "pracked", answer: incoming.message.body ?? "" });
  };

  /** RFC 3261 §12.2.2: a request that was overtaken is refused. */
  const isInOrder = (leg: Leg, incoming: Incoming): boolean => {
    const { fromTag, cseq } = incoming.message;
    if (cseq <= (leg.remoteCseq.get(fromTag) ?? 0)) {
      incoming.reply({ status: 500 });
      return false;
    }
    leg.remoteCseq.set(fromTag, cseq);
    return true;
  };

  const newLeg = (facts: Facts): Leg => {
    const leg: Leg = {
      facts,
      localTag: unique(),
      cseq: 1,
      branch: undefined,
      heardProvisional: false,
      isFinal: false,
      invite: undefined,
      reinvite: undefined,
      stopRinging: () => undefined,
      stopPrepared: undefined,
      isPrackAwaited: false,
      oks: new Map(),
      acked: new Set(),
      acks: new Map(),
      okCseq: new Map(),
      prepared: new Set(),
      byes: new Map(),
      closed: new Set(),
      remoteCseq: new Map(),
    };
    legs.set(facts.callId, leg);
    return leg;
  };

  const hearInvite = (incoming: Incoming): void => {
    const { callId, fromTag, caller = "", target = "", context = "", cseq } = incoming.message;
    const facts: Facts = { callId: callId as CallId, me: target, peer: caller, context };
    const leg = newLeg(facts);
    leg.invite = { incoming, status: 100 };
    leg.remoteCseq.set(fromTag, cseq);
    incoming.reply({ status: 100 });
    port.invited(facts);
    deliver(facts.callId, { type: "invited", tag: fromTag as DialogTag });
  };

  const hearReinvite = (leg: Leg, incoming: Incoming): void => {
    const { fromTag, hold = false, body } = incoming.message;
    incoming.reply({ status: 100 });
    const earlier = leg.reinvite;
    const mine: Invite = { incoming, status: 100 };
    leg.reinvite = mine;
    const isHeard = deliver(leg.facts.callId, {
      type: "reinvited",
      tag: fromTag as DialogTag,
      hold,
      ...(body === undefined ? {} : { offer: body }),
      random: random(),
    });
    if (!isHeard) reply(leg, mine, { status: 481 });
    // Refused at once, while an earlier one is still being answered.
    if (mine.status >= 300 && earlier && earlier.status < 200) leg.reinvite = earlier;
  };

  const hearAck = (leg: Leg, { cseq, body }: Message): void => {
    leg.oks.get(cseq)?.();
    leg.oks.delete(cseq);
    if (leg.acked.has(cseq)) return;
    leg.acked.add(cseq);
    deliver(leg.facts.callId, { type: "acked", ...(body === undefined ? {} : { answer: body }) });
  };

  const hearBye = (leg: Leg, incoming: Incoming): void => {
    const { fromTag, reasons = [] } = incoming.message;
    leg.byes.set(fromTag, incoming);
    leg.closed.add(fromTag);
    deliver(leg.facts.callId, { type: "peer-hung-up", tag: fromTag as DialogTag, reasons });
    if (leg.byes.delete(fromTag)) {
      incoming.reply({ status: 481 });
      object("BYE left without an answer");
    }
  };

  const hearResponse = (leg: Leg, response: Message & { status: number }): void => {
    const { status, reasons = [], body } = response;
    const tag = response.toTag as DialogTag;
    const { callId } = leg.facts;
    leg.heardProvisional = true;
    if (status < 180) deliver(callId, { type: "provisional" });
    else if (status === 180) deliver(callId, { type: "peer-ringing", tag });
    else if (status < 200) {
      if (leg.prepared.has(tag)) return;
      leg.prepared.add(tag);
      deliver(callId, { type: "peer-prepared", tag, offer: body ?? "" });
    } else if (status < 300) {
      leg.isFinal = true;
      leg.okCseq.set(tag, response.cseq);
      deliver(callId, { type: "peer-answered", tag, ...(body === undefined ? {} : { offer: body }) });
    } else {
      leg.isFinal = true;
      deliver(callId, { type: "rejected", status, reasons });
    }
  };

  const sendInvite = (leg: Leg): void => {
    const { callId, me, peer, context } = leg.facts;
    leg.branch = unique();
    transactions.request(
      "proxy",
      {
        method: "INVITE",
        branch: leg.branch,
        callId,
        cseq: leg.cseq,
        fromTag: leg.localTag,
        target: peer,
        caller: me,
        context,
      },
      response => hearResponse(leg, response),
    );
  };

  const inDialog = (leg: Leg, tag: string, method: Message["method"]): Message => {
    leg.cseq += 1;
    return {
      method,
      branch: unique(),
      callId: leg.facts.callId,
      cseq: leg.cseq,
      fromTag: leg.localTag,
      toTag: tag,
    };
  };

  const sendReinvite = (leg: Leg, tag: DialogTag, offer: string): void => {
    const { callId } = leg.facts;
    const message: Message = { ...inDialog(leg, tag, "INVITE"), body: offer, hold: offer.includes("hold") };
    transactions.request(deviceOf(tag), message, ({ status, body, retryAfter, cseq }) => {
      if (status < 200) return;
      if (status < 300) {
        const acked = leg.acks.get(`${tag} ${cseq}`);
        if (acked) {
          transactions.acknowledge(deviceOf(tag), acked);
          return;
        }
        leg.okCseq.set(`re ${tag}`, cseq);
        deliver(callId, { type: "reinvite-accepted", tag, ...(body === undefined ? {} : { answer: body }) });
      } else {
        deliver(callId, {
          type: "reinvite-rejected",
          tag,
          status,
          ...(retryAfter === undefined ? {} : { retryAfter }),
          random: random(),
        });
      }
    });
  };

  const sendAck = (leg: Leg, tag: DialogTag, { cseq, body }: { cseq: number; body?: string }): void => {
    const message: Message = {
      method: "ACK",
      branch: unique(),
      callId: leg.facts.callId,
      cseq,
      fromTag: leg.localTag,
      toTag: tag,
      ...(body === undefined ? {} : { body }),
    };
    leg.acks.set(`${tag} ${cseq}`, message);
    transactions.acknowledge(deviceOf(tag), message);
  };

  const reply = (leg: Leg, invite: Invite | undefined, answer: Reply): void => {
    if (!invite || invite.status >= 200) {
      object(`${answer.status} to an INVITE that is answered already, or not there`);
      return;
    }
    invite.status = answer.status;
    if (answer.status >= 200) leg.stopRinging();
    invite.incoming.reply({ toTag: leg.localTag, ...answer });
  };

  /** RFC 3261 §13.3.1.4: the 200 goes out again and again until its ACK comes. */
  const sendOk = (leg: Leg, invite: Invite | undefined, answer: Reply): void => {
    if (!invite || invite.status >= 200) {
      reply(leg, invite, answer);
      return;
    }
    const { cseq } = invite.incoming.message;
    invite.status = 200;
    leg.stopRinging();
    const stop = repeat(
      clock,
      () => invite.incoming.reply({ toTag: leg.localTag, ...answer }),
      () => {
        leg.oks.delete(cseq);
        deliver(leg.facts.callId, { type: "ack-missing" });
      },
    );
    leg.oks.set(cseq, stop);
  };

  const acknowledge = (leg: Leg, { tag, ack }: Extract<CallEffect, { do: "send-ack" }>): void => {
    const cseq = leg.okCseq.get(tag);
    const before = leg.acks.get(`${tag} ${cseq}`);
    if (cseq === undefined) object(`ACK without a 200 of ${tag}`);
    else if (ack.body === "again") {
      if (before) transactions.acknowledge(deviceOf(tag), before);
      else object(`ACK again, which was never sent to ${tag}`);
    } else {
      if (before) object(`a second, other ACK to ${tag}`);
      const body = ack.body === "answer" ? ack.answer : ack.body;
      sendAck(leg, tag, { cseq, ...(body === "nothing" ? {} : { body }) });
    }
  };

  const ringing = (leg: Leg): void => {
    if (!leg.invite || leg.invite.status >= 200) {
      object("180 after a final response");
      return;
    }
    leg.invite.incoming.reply({ status: 180, toTag: leg.localTag });
    // An unreliable 180 may be lost; it is said again (RFC 3261 §13.3.1.1 allows each minute).
    leg.stopRinging = clock.after(5000, () => ringing(leg));
  };

  const prepare = (leg: Leg, offer: string): void => {
    if (!leg.invite || leg.invite.status >= 200) {
      object("183 after a final response");
      return;
    }
    leg.isPrackAwaited = true;
    const { incoming } = leg.invite;
    leg.stopPrepared = repeat(
      clock,
      () => {
        if ((leg.invite?.status ?? 0) < 200) {
          incoming.reply({ status: 183, toTag: leg.localTag, rseq: 1, body: offer });
        }
      },
      () => {
        leg.stopPrepared = undefined;
        deliver(leg.facts.callId, { type: "prack-missing" });
      },
    );
  };

  const cancel = (leg: Leg, reason: string | undefined): void => {
    if (!leg.branch || !leg.heardProvisional) object("CANCEL before a 1xx (RFC 3261 §9.1)");
    else if (!leg.isFinal) {
      const message: Message = {
        method: "CANCEL",
        branch: leg.branch,
        callId: leg.facts.callId,
        cseq: 1,
        fromTag: leg.localTag,
        ...(reason === undefined ? {} : { reasons: [reason] }),
      };
      transactions.request("proxy", message, () => undefined);
    }
  };

  const hangUp = (leg: Leg, tag: DialogTag, reason: string | undefined): void => {
    if (leg.invite && leg.oks.has(1)) object("BYE of a callee before the ACK (RFC 3261 §15)");
    leg.closed.add(tag);
    const message: Message = {
      ...inDialog(leg, tag, "BYE"),
      ...(reason === undefined ? {} : { reasons: [reason] }),
    };
    transactions.request(deviceOf(tag), message, () => {
      deliver(leg.facts.callId, { type: "bye-answered", tag });
    });
  };

  const performers: Performers = {
    "send-invite": sendInvite,
    "send-cancel": (leg, { reason }) => cancel(leg, reason),
    "send-ringing": ringing,
    "send-prepared": (leg, { offer }) => prepare(leg, offer),
    "send-prack": (leg, { tag, answer }) =>
      transactions.request(deviceOf(tag), { ...inDialog(leg, tag, "PRACK"), body: answer }, () => undefined),
    "send-ok": (leg, { body }) => {
      if (leg.isPrackAwaited) object("200 before the PRACK (RFC 3262 §3)");
      sendOk(leg, leg.invite, { status: 200, ...(body === undefined ? {} : { body }) });
    },
    "send-refusal": (leg, { refusal }) => {
      leg.stopPrepared?.();
      leg.stopPrepared = undefined;
      const { status, reason } = refusal;
      reply(leg, leg.invite, { status, ...(reason === undefined ? {} : { reasons: [reason] }) });
    },
    "send-ack": acknowledge,
    "send-bye": (leg, { tag, reason }) => hangUp(leg, tag, reason),
    "answer-bye": (leg, { tag }) => {
      leg.byes.get(tag)?.reply({ status: 200 });
      leg.byes.delete(tag);
    },
    "send-reinvite": (leg, { tag, offer }) => sendReinvite(leg, tag, offer),
    "ack-reinvite": (leg, { tag }) => {
      const cseq = leg.okCseq.get(`re ${tag}`);
      if (cseq === undefined) object("ACK without a 200 to a re-INVITE");
      else sendAck(leg, tag, { cseq });
    },
    "accept-reinvite": (leg, { body }) => sendOk(leg, leg.reinvite, { status: 200, body }),
    "refuse-reinvite": (leg, { status, retryAfter }) =>
      reply(leg, leg.reinvite, { status, ...(retryAfter === undefined ? {} : { retryAfter }) }),
  };

  return {
    perform(facts, effect) {
      const leg = legs.get(facts.callId) ?? newLeg(facts);
      const performer = performers[effect.do as keyof Performers] as
        | ((leg: Leg, effect: CallEffect) => void)
        | undefined;
      performer?.(leg, effect);
    },
    judge: talksWith => [...legs.values()].flatMap(leg => judgeLeg(leg, talksWith(leg.facts.callId))),
  };
}

/** What SIP wants of every call in the end, whatever the weather was. */
function judgeLeg(leg: Leg, talk: string | undefined): string[] {
  const problems: string[] = [];
  const { callId } = leg.facts;
  if (leg.invite && leg.invite.status < 200) problems.push(`${callId}: INVITE never answered finally`);
  if (leg.reinvite && leg.reinvite.status < 200) problems.push(`${callId}: re-INVITE never answered finally`);
  for (const [tag, cseq] of leg.okCseq) {
    const plain = tag.replace("re ", "");
    if (!leg.acks.has(`${plain} ${cseq}`)) problems.push(`${callId}: no ACK for the 200 of ${plain}`);
    if (plain !== talk && !leg.closed.has(plain)) problems.push(`${callId}: dialog with ${plain} left open`);
  }
  return problems;
}

/** A tag of the simulation begins with the device that made it. */
export function deviceOf(tag: string): string {
  return DEVICE.exec(tag)?.[1] ?? tag;
}
