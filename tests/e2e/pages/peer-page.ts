import type { DataConnection, MediaConnection, Peer as StockPeer } from "peerjs";
import { createJournal, type Journal } from "./journal.ts";
import { createSound, type Voice } from "./sound.ts";

/** The script of the version under test puts it here. */
declare const Peer: typeof StockPeer;

export interface Talk {
  /** The tone this side sends. */
  readonly hertz?: number;
  readonly video?: boolean;
  readonly metadata?: unknown;
}

export interface PeerOpening {
  readonly id?: string;
  /** Of the node: `http://127.0.0.1:9000`. */
  readonly url: string;
  readonly path?: string;
  readonly token?: string;
  readonly key?: string;
  /** Comes back whenever it was disconnected, as applications do. */
  readonly persistent?: boolean;
}

/** A page with stock PeerJS, played by the test. At most one call and one data connection with each other peer. */
export interface PeerPart extends Journal {
  start(opening: PeerOpening): void;
  call(peer: string, talk: Talk): Promise<void>;
  answer(peer: string, talk: Talk): Promise<void>;
  hangUp(peer: string): void;
  /** Waits until exactly `wanted` of these tones come from `peer`. */
  hears(peer: string, wanted: number[], unwanted: number[]): Promise<void>;
  /** Waits until so many more frames of the other's picture were decoded than had been before. */
  seesPicture(peer: string, frames: number): Promise<void>;
  retune(hertz: number): void;
  connect(peer: string, serialization: "json" | "binary", metadata?: unknown): void;
  send(peer: string, value: unknown): void;
  /** Sends so many bytes, counting up modulo 251. */
  sendBytes(peer: string, length: number): void;
  closeConnection(peer: string): void;
  disconnect(): void;
  reconnect(): void;
  destroy(): void;
  listPeers(): Promise<string[]>;
  id(): string | null;
  states(): { open: boolean; disconnected: boolean; destroyed: boolean };
}

/** Longer than the node or a proxy needs to see that a socket is gone. */
const comeBackMs = 200;
const journal = createJournal();
const sound = createSound();
const calls = new Map<string, MediaConnection>();
const connections = new Map<string, DataConnection>();
const stage: { peer?: StockPeer; voice?: Voice } = {};

function thePeer(): StockPeer {
  if (!stage.peer) throw new Error("This page has not started its peer");
  return stage.peer;
}

function callWith(peer: string): MediaConnection {
  const call = calls.get(peer);
  if (!call) throw new Error(`There is no call with ${peer}`);
  return call;
}

function connectionWith(peer: string): DataConnection {
  const connection = connections.get(peer);
  if (!connection) throw new Error(`There is no connection with ${peer}`);
  return connection;
}

async function streamOf({ hertz, video }: Talk): Promise<MediaStream> {
  const tracks: MediaStreamTrack[] = [];
  if (hertz !== undefined) {
    stage.voice = sound.voice(hertz);
    tracks.push(stage.voice.track);
  }
  if (video) {
    const camera = await navigator.mediaDevices.getUserMedia({
      video: { width: 160, height: 120, frameRate: 15 },
    });
    tracks.push(...camera.getVideoTracks());
  }
  return new MediaStream(tracks);
}

function followCall(call: MediaConnection): void {
  calls.set(call.peer, call);
  call.on("stream", () => journal.write(`stream ${call.peer}`));
  call.on("close", () => journal.write(`call closed ${call.peer}`));
  call.on("error", error => journal.write(`call error ${call.peer} ${error.message}`));
}

function followConnection(connection: DataConnection): void {
  connections.set(connection.peer, connection);
  connection.on("open", () => journal.write(`connected ${connection.peer}`));
  connection.on("data", value => void writeReceived(connection.peer, value));
  connection.on("close", () => journal.write(`connection closed ${connection.peer}`));
  connection.on("error", error => journal.write(`connection error ${connection.peer} ${error.message}`));
}

/** Binary comes as Blob, ArrayBuffer or a view, by the version's taste. */
async function writeReceived(peer: string, value: unknown): Promise<void> {
  const buffer = value instanceof Blob ? await value.arrayBuffer() : value;
  if (buffer instanceof ArrayBuffer || ArrayBuffer.isView(buffer)) {
    const bytes = ArrayBuffer.isView(buffer)
      ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
      : new Uint8Array(buffer);
    const right = bytes.every((byte, at) => byte === at % 251);
    journal.write(`bytes ${peer} ${bytes.length} ${right ? "right" : "WRONG"}`);
  } else {
    journal.write(`value ${peer} ${JSON.stringify(value)}`);
  }
}

async function framesFrom(peer: string): Promise<number> {
  const report = await callWith(peer).peerConnection.getStats();
  const videos = [...report.values()].filter(entry => entry.type === "inbound-rtp" && entry.kind === "video");
  return Math.max(0, ...videos.map(entry => Number(entry.framesDecoded)));
}

const part: PeerPart = {
  see: journal.see,
  read: journal.read,
  journal: journal.journal,
  start({ id, url, path = "/", token, key, persistent = false }) {
    const { hostname, port } = new URL(url);
    const options = {
      host: hostname,
      port: Number(port),
      path,
      secure: false,
      debug: 0,
      config: { iceServers: [] },
      ...(token === undefined ? {} : { token }),
      ...(key === undefined ? {} : { key }),
    };
    const peer = id === undefined ? new Peer(options) : new Peer(id, options);
    stage.peer = peer;
    peer.on("open", () => journal.write("open"));
    peer.on("disconnected", () => {
      journal.write("disconnected");
      if (persistent) setTimeout(() => peer.destroyed || peer.reconnect(), comeBackMs);
    });
    peer.on("close", () => journal.write("closed"));
    peer.on("error", error => journal.write(`error ${error.type}: ${error.message}`));
    peer.on("call", call => {
      followCall(call);
      journal.write(`call ${call.peer}${call.metadata ? ` ${JSON.stringify(call.metadata)}` : ""}`);
    });
    peer.on("connection", connection => {
      followConnection(connection);
      journal.write(
        `connection ${connection.peer}${connection.metadata ? ` ${JSON.stringify(connection.metadata)}` : ""}`,
      );
    });
  },
  async call(peer, talk) {
    followCall(thePeer().call(peer, await streamOf(talk), { metadata: talk.metadata }));
  },
  async answer(peer, talk) {
    callWith(peer).answer(await streamOf(talk));
  },
  hangUp: peer => callWith(peer).close(),
  async hears(peer, wanted, unwanted) {
    const [track] = callWith(peer).remoteStream.getAudioTracks();
    if (!track) throw new Error(`There is no sound from ${peer}`);
    await sound.listen(track, { wanted, unwanted });
  },
  async seesPicture(peer, frames) {
    const before = await framesFrom(peer);
    const until = performance.now() + 15_000;
    for (;;) {
      const now = await framesFrom(peer);
      if (now - before >= frames) return;
      if (performance.now() > until) throw new Error(`${now - before} of ${frames} frames from ${peer}`);
      await new Promise(resolve => setTimeout(resolve, 60));
    }
  },
  retune: hertz => stage.voice?.retune(hertz),
  connect: (peer, serialization, metadata) =>
    followConnection(thePeer().connect(peer, { serialization, reliable: true, metadata })),
  send: (peer, value) => void connectionWith(peer).send(value),
  sendBytes: (peer, length) =>
    void connectionWith(peer).send(Uint8Array.from({ length }, (_, at) => at % 251)),
  closeConnection: peer => connectionWith(peer).close(),
  disconnect: () => thePeer().disconnect(),
  reconnect: () => thePeer().reconnect(),
  destroy: () => thePeer().destroy(),
  listPeers: () => new Promise(resolve => thePeer().listAllPeers(resolve)),
  id: () => thePeer().id,
  states: () => {
    const { open, disconnected, destroyed } = thePeer();
    return { open, disconnected, destroyed };
  },
};
Object.assign(globalThis, { part });
