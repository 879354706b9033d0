import type { Clock } from "./clock.suite.ts";
import type { Message, Network } from "./network.suite.ts";

/** What a transaction user sends back. */
export type Reply = Pick<Message, "toTag" | "body" | "rseq" | "reasons" | "hold" | "retryAfter"> & {
  readonly status: number;
};

export interface Incoming {
  readonly from: string;
  readonly message: Message;
  reply(reply: Reply): void;
}

/** RFC 3261 §17 over a network that loses, as far as it makes every request come or be known as lost. */
export interface Transactions {
  /** Sends a request. `heard` gets each response once, a 200 of an INVITE each time; 408 for silence. */
  request(to: string, message: Message, heard: (response: Message & { status: number }) => void): void;
  /** An ACK of a 200, which is a transaction of its own without a response. */
  acknowledge(to: string, message: Message): void;
}

const T1 = 500;
const T2 = 4000;
export const PATIENCE = 64 * T1;

interface Client {
  hear(response: Message & { status: number }): void;
}

interface Server {
  last: Message | undefined;
  isAcked: boolean;
}

/** Repeats `send` at T1, 2·T1 … up to T2, until it is stopped or 64·T1 have passed. */
export function repeat(clock: Clock, send: () => void, expired: () => void): () => void {
  let stopped = false;
  let cancel: () => void = () => undefined;
  const step = (wait: number): void => {
    send();
    cancel = clock.after(wait, () => {
      if (!stopped) step(Math.min(2 * wait, T2));
    });
  };
  const stop = (): void => {
    stopped = true;
    cancel();
  };
  const cancelExpiry = clock.after(PATIENCE, () => {
    if (stopped) return;
    stop();
    expired();
  });
  step(T1);
  return () => {
    cancelExpiry();
    stop();
  };
}

export function createTransactions(
  place: { readonly name: string; readonly clock: Clock; readonly network: Network },
  receive: (incoming: Incoming) => void,
): Transactions {
  const { name, clock, network } = place;
  const clients = new Map<string, Client>();
  const servers = new Map<string, Server>();

  const forgetLater = (map: Map<string, unknown>, key: string): void => {
    clock.after(2 * PATIENCE, () => map.delete(key));
  };

  network.attach(name, (from, message) => {
    if (message.status !== undefined) {
      clients.get(keyOf(message))?.hear(message as Message & { status: number });
      return;
    }
    if (message.method === "ACK") {
      // The ACK of a refusal belongs to the INVITE's transaction, that of a 200 to whoever sent the 200.
      const server = servers.get(`${message.branch} INVITE`);
      if (server) server.isAcked = true;
      else receive({ from, message, reply: () => undefined });
      return;
    }
    const key = keyOf(message);
    const known = servers.get(key);
    if (known) {
      if (known.last) network.send(name, from, known.last);
      return;
    }
    const server: Server = { last: undefined, isAcked: false };
    servers.set(key, server);
    receive({ from, message, reply: reply => respond(server, { from, message, reply }) });
  });

  const respond = (
    server: Server,
    { from, message, reply }: { from: string; message: Message; reply: Reply },
  ): void => {
    const { method, branch, callId, cseq, fromTag } = message;
    const response: Message = { method, branch, callId, cseq, fromTag, ...reply };
    if ((server.last?.status ?? 0) >= 200 && reply.status !== server.last?.status) {
      throw new Error(
        `${name} answers ${method} of ${callId} twice: ${server.last?.status}, ${reply.status}`,
      );
    }
    server.last = response;
    if (reply.status >= 200) forgetLater(servers, keyOf(message));
    if (method !== "INVITE" || reply.status < 300) {
      network.send(name, from, response);
      return;
    }
    const stop = repeat(
      clock,
      () => {
        if (server.isAcked) stop?.();
        else network.send(name, from, response);
      },
      () => undefined,
    );
  };

  return {
    request(to, message, heard) {
      if (!network.hasLine(name)) {
        // No transport: RFC 3261 §8.1.3.1.
        clock.after(1, () => heard({ ...message, status: 503 }));
        return;
      }
      const key = keyOf(message);
      const isInvite = message.method === "INVITE";
      let done = false;
      const stop = repeat(
        clock,
        () => network.send(name, to, message),
        () => {
          done = true;
          forgetLater(clients, key);
          heard({ ...message, status: 408 });
        },
      );
      const acknowledge = (response: Message): void => {
        const { branch, callId, cseq, fromTag } = message;
        const { toTag } = response;
        const ack: Message = { method: "ACK", branch, callId, cseq, fromTag };
        network.send(name, to, toTag === undefined ? ack : { ...ack, toTag });
      };
      const finish = (response: Message & { status: number }): void => {
        stop();
        if (isInvite && response.status >= 300) acknowledge(response);
        const again = done;
        done = true;
        if (!again) forgetLater(clients, key);
        // RFC 6026: a 200 goes up each time.
        if (!again || (isInvite && response.status < 300)) heard(response);
      };
      clients.set(key, {
        hear(response) {
          if (response.status >= 200) {
            finish(response);
            return;
          }
          if (isInvite) stop();
          if (!done) heard(response);
        },
      });
    },
    acknowledge: (to, message) => network.send(name, to, message),
  };
}

function keyOf({ branch, method }: Message): string {
  return `${branch} ${method}`;
}
