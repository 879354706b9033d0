import { randomUUID } from "node:crypto";
import type { Client, Text } from "./client.ts";
import type { Fleet } from "./fleet.ts";
import { toClientFrame } from "./frames.ts";
import {
  type Call,
  headerOf,
  type Received,
  readMessage,
  toContact,
  toInDialog,
  toInvite,
  toRegister,
  toResponse,
} from "./sip-user.ts";
import { type Measured, measureLoop, type WindowOptions } from "./window.ts";

export interface SipOptions extends WindowOptions {
  readonly domain: string;
  readonly inFlight: number;
}

/** Registered users register again and again, `inFlight` of them at a time. */
export async function registerAgain(fleet: Fleet, options: SipOptions): Promise<Measured> {
  const cseqs = new Int32Array(fleet.clients.length).fill(1);
  let next = 0;
  let finished = 0;
  let underWay = 0;
  let going = true;
  const sendOne = (): void => {
    const client = fleet.clients[next++ % fleet.clients.length];
    if (!client) return;
    const cseq = (cseqs[client.index] ?? 0) + 1;
    cseqs[client.index] = cseq;
    send(client, toRegister(client, options.domain, cseq));
  };
  fleet.onText = (_client, text) => {
    const message = toText(text);
    if (isKeepAlive(message)) return;
    if (!message.startsWith("SIP/2.0 200 ")) return fleet.fail(toRefusal(message));
    finished++;
    if (going) sendOne();
    else underWay--;
  };
  return await measureLoop(
    fleet,
    {
      start: pieces => {
        for (; underWay < pieces; underWay++) sendOne();
      },
      stop: () => {
        going = false;
      },
      finished: () => finished,
      underWay: () => underWay,
    },
    { ...options, pieces: options.inFlight },
  );
}

/** Whole calls between the users: INVITE, 180, 200, ACK, BYE, 200; each that ends begins the next. */
export async function callAgain(fleet: Fleet, options: SipOptions): Promise<Measured> {
  const { clients } = fleet;
  const calls = new Map<string, Call>();
  let next = 0;
  let finished = 0;
  let going = true;
  const callOne = (): void => {
    const caller = clients[next % clients.length];
    const callee = clients[(next + (clients.length >> 1)) % clients.length];
    next++;
    if (!caller || !callee) return;
    const callId = randomUUID();
    const call = { callId, caller, callee, domain: options.domain };
    calls.set(callId, call);
    send(caller, toInvite(call, toContact(caller)));
  };
  const onResponse = (message: Received, whole: string): void => {
    if (message.status < 200) return;
    const call = calls.get(headerOf(message, "Call-ID"));
    if (message.status !== 200 || !call) fleet.fail(toRefusal(whole));
    else if (headerOf(message, "CSeq").endsWith("INVITE")) {
      send(call.caller, toInDialog("ACK", call, message));
      send(call.caller, toInDialog("BYE", call, message));
    } else {
      finished++;
      calls.delete(call.callId);
      if (going) callOne();
    }
  };
  fleet.onText = (client, text) => {
    const whole = toText(text);
    if (isKeepAlive(whole)) return;
    const message = readMessage(whole);
    if (message.status > 0) onResponse(message, whole);
    else if (message.method === "INVITE") {
      send(client, toResponse(message, "180 Ringing", toContact(client)));
      send(client, toResponse(message, "200 OK", toContact(client)));
    } else if (message.method === "BYE") send(client, toResponse(message, "200 OK"));
    else if (message.method !== "ACK") fleet.fail(toRefusal(whole));
  };
  return await measureLoop(
    fleet,
    {
      start: pieces => {
        while (calls.size < pieces) callOne();
      },
      stop: () => {
        going = false;
      },
      finished: () => finished,
      underWay: () => calls.size,
    },
    { ...options, pieces: options.inFlight },
  );
}

function send(client: Client, message: string): void {
  client.socket?.write(toClientFrame(Buffer.from(message, "latin1")));
}

function toText({ buffer, start, end }: Text): string {
  return buffer.toString("latin1", start, end);
}

function isKeepAlive(message: string): boolean {
  return message.length <= 4;
}

function toRefusal(message: string): string {
  return `told what a call between two good clients never hears:\n${message.slice(0, 800)}`;
}
