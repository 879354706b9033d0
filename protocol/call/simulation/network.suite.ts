import type { Clock } from "./clock.suite.ts";

/** A SIP message, as much of it as two phones and a proxy need. */
export interface Message {
  readonly method: "INVITE" | "ACK" | "CANCEL" | "BYE" | "PRACK";
  /** A response when it is there. */
  readonly status?: number;
  readonly branch: string;
  readonly callId: string;
  readonly cseq: number;
  readonly fromTag: string;
  readonly toTag?: string;
  /** The account that an INVITE is for. */
  readonly target?: string;
  readonly caller?: string;
  readonly context?: string;
  readonly rseq?: number;
  readonly body?: string;
  readonly hold?: boolean;
  readonly retryAfter?: number;
  readonly reasons?: readonly string[];
}

export interface Weather {
  /** Chances in [0, 1]. */
  readonly loss: number;
  readonly duplication: number;
  /** How many messages are late by up to three seconds, so that others overtake them. */
  readonly lateness: number;
}

export interface Network {
  attach(name: string, receive: (from: string, message: Message) => void): void;
  send(from: string, to: string, message: Message): void;
  /** Cuts one place off, or joins it again. */
  cut(name: string, isCut: boolean): void;
  isCut(name: string): boolean;
  /** Whether a place knows that it has no way out: what it sends fails at once. */
  setLine(name: string, isUp: boolean): void;
  hasLine(name: string): boolean;
  setWeather(weather: Weather): void;
  /** Every message that was sent, in its order. */
  readonly ladder: string[];
}

export function createNetwork(clock: Clock, random: () => number): Network {
  const places = new Map<string, (from: string, message: Message) => void>();
  const cutOff = new Set<string>();
  const lineless = new Set<string>();
  const ladder: string[] = [];
  let weather: Weather = { loss: 0, duplication: 0, lateness: 0 };

  const carry = (from: string, to: string, message: Message): void => {
    const late = random() < weather.lateness ? random() * 3000 : 0;
    clock.after(10 + random() * 90 + late, () => {
      if (cutOff.has(from) || cutOff.has(to)) return;
      places.get(to)?.(from, message);
    });
  };

  return {
    attach: (name, receive) => places.set(name, receive),
    send(from, to, message) {
      const lost = cutOff.has(from) || cutOff.has(to) || random() < weather.loss;
      ladder.push(`${clock.now()} ${from} -> ${to} ${describe(message)}${lost ? " LOST" : ""}`);
      if (lost) return;
      carry(from, to, message);
      if (random() < weather.duplication) carry(from, to, message);
    },
    cut(name, isCut) {
      if (isCut) cutOff.add(name);
      else cutOff.delete(name);
    },
    isCut: name => cutOff.has(name),
    setLine(name, isUp) {
      if (isUp) lineless.delete(name);
      else lineless.add(name);
    },
    hasLine: name => !lineless.has(name),
    setWeather(next) {
      weather = next;
    },
    ladder,
  };
}

function describe({ method, status, callId, cseq, toTag, body, reasons }: Message): string {
  const what = status === undefined ? method : `${status} (${method})`;
  return [what, callId, cseq, toTag ?? "", body ?? "", ...(reasons ?? [])].join(" ").trim();
}
