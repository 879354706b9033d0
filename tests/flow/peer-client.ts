import { WebSocket } from "ws";
import { createInbox } from "./inbox.ts";

export interface PeerMessage {
  readonly type: string;
  readonly src?: string;
  readonly dst?: string;
  readonly payload?: {
    readonly sdp?: { readonly type: string; readonly sdp: string };
    readonly candidate?: { readonly candidate: string; readonly sdpMid: string };
    readonly connectionId?: string;
    readonly type?: string;
    readonly metadata?: unknown;
  };
}

/** A PeerJS client as far as the wire goes: what stock ones send, and what they hear. */
export interface PeerClient {
  readonly id: string;
  send(message: object): void;
  /** The next message of this type. */
  next(type: string): Promise<PeerMessage>;
  /** Everything sent to this client before now has arrived; gives what nobody has taken. */
  settle(): Promise<readonly PeerMessage[]>;
  readonly closed: Promise<number>;
  close(): Promise<number>;
  /** Cuts the connection without a goodbye. */
  drop(): void;
}

export async function createPeerClient(url: string, id: string, token = "token"): Promise<PeerClient> {
  const query = new URLSearchParams({ key: "peerjs", id, token, version: "1.5.5" });
  const socket = new WebSocket(`${url}peerjs?${query}`);
  const inbox = createInbox<PeerMessage>(({ type, src }) => `${type} from ${src}`);
  const pongs = createInbox<string>(String);
  const closed = new Promise<number>(resolve => {
    socket.on("close", code => {
      inbox.close(`The connection of ${id} closed (${code})`);
      pongs.close("closed");
      resolve(code);
    });
  });
  socket.on("message", (payload: Buffer) => inbox.push(JSON.parse(payload.toString())));
  socket.on("pong", () => pongs.push("pong"));
  const client: PeerClient = {
    id,
    closed,
    send: message => socket.send(JSON.stringify(message)),
    next: type => inbox.take(type, message => message.type === type),
    async settle() {
      socket.ping();
      await pongs.take("a pong", () => true);
      return inbox.left;
    },
    close() {
      socket.close(1000);
      return closed;
    },
    drop: () => socket.terminate(),
  };
  await new Promise<void>((resolve, reject) => {
    socket.on("open", () => resolve());
    socket.on("error", reject);
  });
  await client.next("OPEN");
  return client;
}
