import { clientFrame, connectRaw, type RawClient } from "../../signaller/websocket/raw-client.suite.ts";

/** A PeerJS client made of bytes: it can do what no library lets a client do. */
export interface Peer {
  readonly id: string;
  readonly raw: RawClient;
  /** A value is sent as JSON, a string as it is. */
  say(message: unknown): void;
  /** The next text message. */
  hear(): Promise<Record<string, unknown>>;
  /** The next text message of this type, whatever comes before it. */
  hearOf(type: string): Promise<Record<string, unknown>>;
}

export interface PeerOptions {
  readonly port: number;
  readonly token?: string;
  /** One of 127.0.0.0/8: another visitor, as far as limits go. */
  readonly from?: string;
}

/** Connects as this id, and waits for OPEN. */
export async function openPeer(id: string, options: PeerOptions): Promise<Peer> {
  const peer = await connectPeer(id, options);
  const first = await peer.hear();
  if (first["type"] !== "OPEN") throw new Error(`${id} got ${JSON.stringify(first)} instead of OPEN.`);
  return peer;
}

/** Connects as this id, whatever comes of it. */
export async function connectPeer(id: string, { port, token = "token", from }: PeerOptions): Promise<Peer> {
  const path = `/peerjs?key=peerjs&id=${encodeURIComponent(id)}&token=${token}&version=1.5.5`;
  const raw = await connectRaw({ port, path, ...(from !== undefined && { localAddress: from }) });
  const hear = async () => {
    for (;;) {
      const { opcode, payload } = await raw.next();
      if (opcode === 1) return JSON.parse(payload.toString()) as Record<string, unknown>;
      if (opcode === 8) throw new Error(`${id} was closed with ${payload.toString("latin1", 2)}.`);
    }
  };
  return {
    id,
    raw,
    hear,
    say(message) {
      const payload = typeof message === "string" ? message : JSON.stringify(message);
      raw.write(clientFrame({ opcode: 1, payload }));
    },
    async hearOf(type) {
      for (;;) {
        const message = await hear();
        if (message["type"] === type) return message;
      }
    },
  };
}

export function offer(dst: string, payload: Record<string, unknown> = { sdp: "v=0" }) {
  return { type: "OFFER", payload, dst };
}

/** Proves that a pair of peers still reaches each other. */
export async function exchange(one: Peer, other: Peer, mark: string): Promise<void> {
  one.say(offer(other.id, { mark }));
  for (;;) {
    const { payload, src } = await other.hearOf("OFFER");
    if (src === one.id && (payload as { mark?: string }).mark === mark) return;
  }
}
