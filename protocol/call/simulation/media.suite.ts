import type { CallId, DialogTag } from "../../ids.ts";
import type { CallEffect, MediaEffect } from "../call-effect.ts";
import type { CallEvent } from "../call-event.ts";
import type { Clock } from "./clock.suite.ts";
import type { Network } from "./network.suite.ts";
import { deviceOf } from "./user-agent.suite.ts";

/** Where a connection ends: a device, a call, and the other side's tag. */
interface End {
  readonly device: string;
  readonly callId: CallId;
  readonly tag: DialogTag;
  readonly tell: (event: CallEvent) => void;
  /** The offer and answer that this end has both of. Two ends with the same one can reach each other. */
  exchange: number | undefined;
  /** An offer of this end that is neither answered nor dropped. */
  isOffering: boolean;
  isUp: boolean;
  told: "nothing" | "connected" | "lost";
  cancelReview: () => void;
}

export interface MediaPlane {
  perform(
    place: {
      readonly device: string;
      readonly callId: CallId;
      readonly tell: (event: CallEvent) => void;
      readonly object: (problem: string) => void;
    },
    effect: CallEffect,
  ): void;
  /** The network has changed: what was connected may not be, and back. */
  review(): void;
  isFlowing(device: string, callId: CallId): boolean;
  openEnds(device: string, callId: CallId): number;
}

const CONNECTS_IN = 150;
const LOST_AFTER = 5000;
const FAILS_AFTER = 15_000;

/** ICE in small: who has exchanged the same descriptions is connected, unless the network or a close forbids it. */
export function createMediaPlane(
  { clock, network, random }: { clock: Clock; network: Network; random: () => number },
  lag: number,
): MediaPlane {
  const ends = new Map<string, End>();
  const dead = new Set<number>();
  let exchanges = 0;
  const soon = (): number => 5 + random() * 60 + (random() < lag ? random() * 50_000 : 0);

  const otherEnd = (end: End): End | undefined => {
    for (const each of ends.values()) {
      if (
        each.callId === end.callId &&
        each.device === deviceOf(end.tag) &&
        deviceOf(each.tag) === end.device
      ) {
        return each;
      }
    }
    return undefined;
  };

  const canFlow = (end: End): boolean => {
    const other = otherEnd(end);
    if (!other || end.exchange === undefined || other.exchange !== end.exchange) return false;
    return !dead.has(end.exchange) && !network.isCut(end.device) && !network.isCut(other.device);
  };

  const reviewEnd = (end: End): void => {
    const up = canFlow(end);
    if (up === end.isUp && end.told !== "nothing") return;
    end.isUp = up;
    end.cancelReview();
    if (up && end.told !== "connected") {
      end.cancelReview = clock.after(CONNECTS_IN, () => tell(end, "connected"));
    } else if (!up && end.told !== "lost" && end.exchange !== undefined) {
      end.cancelReview = clock.after(end.told === "connected" ? LOST_AFTER : FAILS_AFTER, () => {
        // A path that was lost once needs new credentials (RFC 8445 §9).
        if (end.exchange !== undefined) dead.add(end.exchange);
        tell(end, "lost");
        review();
      });
    }
  };

  const tell = (end: End, what: "connected" | "lost"): void => {
    end.told = what;
    end.tell({ type: what === "connected" ? "media-connected" : "media-lost", tag: end.tag });
  };

  const review = (): void => {
    for (const end of ends.values()) reviewEnd(end);
  };

  const setExchange = (end: End, exchange: number): void => {
    const isNew = end.exchange !== exchange;
    end.exchange = exchange;
    if (isNew && end.told === "lost") end.isUp = false;
    if (isNew && end.told !== "connected") end.told = "nothing";
    review();
  };

  const perform = (end: End, key: string, effect: MediaEffect): void => {
    switch (effect.do) {
      case "make-offer": {
        const isFresh = effect.restart || end.exchange === undefined;
        if (isFresh) exchanges += 1;
        const exchange = isFresh ? exchanges : end.exchange;
        clock.after(soon(), () => {
          if (ends.get(key) === end) {
            end.tell({ type: "offer-made", offer: `offer ${exchange}${effect.hold ? " hold" : ""}` });
          }
        });
        return;
      }
      case "make-answer":
        clock.after(soon(), () => {
          if (ends.get(key) !== end) return;
          end.tell({ type: "answer-made", tag: end.tag, answer: effect.offer.replace("offer", "answer") });
          setExchange(end, exchangeIn(effect.offer));
        });
        return;
      case "take-answer":
        if (effect.answer === "refusal") {
          clock.after(soon(), () => {
            if (ends.get(key) === end) end.tell({ type: "media-failed", tag: end.tag, why: "media" });
          });
        } else setExchange(end, exchangeIn(effect.answer));
        return;
      case "close-media":
        end.cancelReview();
        ends.delete(key);
        review();
        return;
      default:
        return;
    }
  };

  return {
    perform({ device, callId, tell: tellPhone, object }, effect) {
      if (!isMediaEffect(effect) || !("tag" in effect)) return;
      const key = `${device} ${callId} ${effect.tag}`;
      const known = ends.get(key);
      const end: End = known ?? {
        device,
        callId,
        tag: effect.tag,
        tell: tellPhone,
        exchange: undefined,
        isOffering: false,
        isUp: false,
        told: "nothing",
        cancelReview: () => undefined,
      };
      if (!known && effect.do !== "close-media") ends.set(key, end);
      // An RTCPeerConnection has one offer at a time.
      if (end.isOffering && effect.do.startsWith("make-")) object(`${effect.do} while an offer is out`);
      end.isOffering = effect.do === "make-offer";
      perform(end, key, effect);
    },
    review,
    isFlowing: (device, callId) =>
      [...ends.values()].some(end => end.device === device && end.callId === callId && canFlow(end)),
    openEnds: (device, callId) =>
      [...ends.values()].filter(end => end.device === device && end.callId === callId).length,
  };
}

function isMediaEffect(effect: CallEffect): effect is MediaEffect {
  return ["make-offer", "make-answer", "take-answer", "drop-offer", "close-media"].includes(effect.do);
}

function exchangeIn(description: string): number {
  return Number(description.split(" ")[1]);
}
