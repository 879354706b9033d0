import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { clientFrame } from "../../signaller/websocket/raw-client.suite.ts";
import { startNode } from "./node.ts";
import { exchange, offer, openPeer, type Peer } from "./peer.ts";

// Too much of something, from somebody. Limits are as shipped; each test says what PeerServer 1.0.2 did.

const start = () => startNode(onTestFinished);

function toFrame(message: unknown): Buffer {
  return clientFrame({ opcode: 1, payload: JSON.stringify(message) });
}

/** Offers bytes to a socket, as fast as it takes them, until it has taken all or is closed; tells how many it took. */
async function pour(
  socket: Socket,
  bytes: Buffer,
  { times, until }: { times: number; until: Promise<unknown> },
) {
  let over = false;
  void until.then(() => {
    over = true;
  });
  let taken = 0;
  for (let i = 0; i < times && !over && !socket.destroyed; i += 1) {
    if (!socket.write(bytes)) await Promise.race([drained(socket), until]);
    taken += bytes.length;
  }
  return taken - socket.writableLength;
}

/** Until it takes more, or nothing ever again. */
function drained(socket: Socket): Promise<void> {
  return new Promise(resolve => {
    socket.once("drain", resolve);
    socket.once("close", () => resolve());
  });
}

const wait = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

describe("a receiver that does not read", () => {
  // PeerServer: 909 MB of memory, and the receiver stays.
  it("is dropped, however much is sent to it; memory stays bounded and senders go on", async () => {
    const node = await start();
    const { port } = node;
    const receiver = await openPeer("receiver", { port, from: "127.1.0.1" });
    receiver.raw.socket.pause();
    const senders: Peer[] = [];
    for (let i = 0; i < 8; i += 1)
      senders.push(await openPeer(`sender-${i}`, { port, from: `127.1.1.${i + 1}` }));
    const before = node.rss();
    const message = toFrame(offer("receiver", { sdp: "a".repeat(50_000) }));
    const dropped = expect
      .poll(() => node.metric('dropped_total{reason="slow"}'), { timeout: 15_000 })
      .toBe(1);
    // 100 MB each: 800 MB.
    const taken = await Promise.all(
      senders.map(({ raw }) => pour(raw.socket, message, { times: 2_000, until: dropped })),
    );
    await dropped;
    const grown = node.rss() - before;
    console.info(
      `slow reader: ${(taken.reduce((a, b) => a + b) / 1e6).toFixed(0)} MB taken, ${grown.toFixed(0)} MB grown`,
    );
    expect(grown).toBeLessThan(150);
    expect(await node.metric("unsent_bytes")).toBe(0);
    const [first, second] = [
      await openPeer("first", { port, from: "127.1.2.1" }),
      await openPeer("second", { port, from: "127.1.2.2" }),
    ];
    await exchange(first, second, "still here");
    for (const { raw } of senders) expect(raw.socket.destroyed).toBe(false);
  });
});

describe("messages to peers that are not there", () => {
  // PeerServer: 200,000 queued, 107 MB, and as many EXPIREs.
  it("wait in bounded memory, and each sender hears once of each of them", async () => {
    const node = await start();
    const { port } = node;
    const senders: Peer[] = [];
    for (let i = 0; i < 20; i += 1)
      senders.push(await openPeer(`sender-${i}`, { port, from: `127.1.3.${i + 1}` }));
    const before = node.rss();
    // 10,000 each, of 1 KB, to 2,000 ids: 200,000 in all, of which the node reads what its rates allow.
    const frames = Array.from({ length: 2_000 }, (_, i) =>
      toFrame(offer(`absent-${i}`, { sdp: "a".repeat(950) })),
    );
    const bytes = Buffer.concat(frames);
    const enough = wait(2_500);
    await Promise.all(senders.map(({ raw }) => pour(raw.socket, bytes, { times: 5, until: enough })));
    await enough;
    const received = await node.metric("messages_received_total");
    const waiting = await node.metric("peerjs_waiting_bytes");
    const grown = node.rss() - before;
    console.info(
      `absent peers: ${received} messages read, ${(waiting / 1e6).toFixed(1)} MB wait, ${grown.toFixed(0)} MB grown`,
    );
    expect(received).toBeGreaterThan(30_000);
    expect(waiting).toBeLessThanOrEqual(20 * 262_144);
    expect(grown).toBeLessThan(100);
    for (const { raw } of senders) raw.socket.destroy();
    await expect.poll(() => node.metric("peerjs_waiting_bytes"), { timeout: 8_000 }).toBe(0);
  });
});

describe("a client that floods", () => {
  /** Median and 99th percentile of a message's time between two others, in milliseconds. */
  async function latency(
    [one, other]: readonly [Peer, Peer],
    count: number,
  ): Promise<{ p50: number; p99: number }> {
    const times: number[] = [];
    for (let i = 0; i < count; i += 1) {
      const began = performance.now();
      await exchange(one, other, `${began} ${i}`);
      times.push(performance.now() - began);
      await wait(1);
    }
    times.sort((a, b) => a - b);
    return { p50: times[Math.floor(count / 2)] ?? 0, p99: times[Math.floor(count * 0.99)] ?? 0 };
  }

  // PeerServer: the others' median goes from 0.3 ms to 58 to 74 ms.
  it.each([
    ["messages to somebody", offer("victim", { sdp: "a".repeat(100) })],
    ["messages to nobody", offer("absent", { sdp: "a".repeat(100) })],
    ["messages that are none", "null"],
  ])("with %s leaves the others' latency as it was", async (_, message) => {
    const node = await start();
    const { port } = node;
    const pair = [
      await openPeer("one", { port, from: "127.1.4.1" }),
      await openPeer("other", { port, from: "127.1.4.2" }),
    ] as const;
    await openPeer("victim", { port, from: "127.1.4.3" });
    const flooder = await openPeer("flooder", { port, from: "127.1.4.4" });
    await latency(pair, 200);
    const quiet = await latency(pair, 500);
    const frame =
      typeof message === "string" ? clientFrame({ opcode: 1, payload: message }) : toFrame(message);
    const bytes = Buffer.concat(Array.from({ length: 500 }, () => frame));
    const over = Promise.withResolvers<void>();
    const flood = pour(flooder.raw.socket, bytes, { times: 1e6, until: over.promise });
    const flooded = await latency(pair, 500);
    over.resolve();
    flooder.raw.socket.destroy();
    await flood;
    console.info(
      `flood: p50 ${quiet.p50.toFixed(2)} -> ${flooded.p50.toFixed(2)} ms, p99 ${quiet.p99.toFixed(2)} -> ${flooded.p99.toFixed(2)} ms`,
    );
    expect(flooded.p50).toBeLessThan(Math.max(3 * quiet.p50, 3));
    expect(flooded.p99).toBeLessThan(Math.max(4 * quiet.p99, 40));
  });
});

describe("ids from one address", () => {
  // PeerServer: 3,000 accepted in 0.7 s.
  it("have an end, and other addresses do not notice", async () => {
    const node = await start();
    const { port } = node;
    let open = 0;
    let refused = 0;
    const sockets: Socket[] = [];
    for (let batch = 0; batch < 30; batch += 1) {
      const heads = Array.from({ length: 100 }, async (_, i) => {
        const socket = connect({ port, host: "127.0.0.1", localAddress: "127.1.5.1" });
        socket.on("error", () => undefined);
        sockets.push(socket);
        socket.write(upgrade(`peer-${batch}-${i}`));
        const [first] = await Promise.race([
          once(socket, "data"),
          once(socket, "close").then(() => [""]),
        ]).catch(() => [""]);
        if (String(first).startsWith("HTTP/1.1 101")) open += 1;
        else refused += 1;
      });
      await Promise.all(heads);
    }
    console.info(`ids from one address: ${open} open, ${refused} refused`);
    expect(open).toBe(500);
    expect(refused).toBe(2_500);
    const [one, other] = [
      await openPeer("one", { port, from: "127.1.5.2" }),
      await openPeer("other", { port, from: "127.1.5.3" }),
    ];
    await exchange(one, other, "not noticed");
    for (const socket of sockets) socket.destroy();
  });
});

describe("requests that do not come to their end", () => {
  // PeerServer: 200 of 200 are still open after 5 s.
  it("are gone within seconds: half-written ones, silent ones, and ones that come a byte at a time", async () => {
    const node = await start();
    const { port } = node;
    const bystanders = [
      await openPeer("one", { port, from: "127.1.6.1" }),
      await openPeer("other", { port, from: "127.1.6.2" }),
    ] as const;
    const began = performance.now();
    const sockets = Array.from({ length: 240 }, (_, i) => {
      const socket = connect({ port, host: "127.0.0.1", localAddress: "127.1.6.3" });
      socket.on("error", () => undefined);
      socket.resume();
      if (i < 200)
        socket.write("GET /peerjs?key=peerjs&id=a&token=t HTTP/1.1\r\nHost: x\r\nUpgrade: websock");
      return socket;
    });
    const dribble = setInterval(() => {
      for (const socket of sockets.slice(220)) if (socket.writable) socket.write("G");
    }, 200);
    await Promise.all(sockets.map(socket => once(socket, "close")));
    clearInterval(dribble);
    const took = performance.now() - began;
    console.info(`half-written requests: all gone after ${(took / 1_000).toFixed(1)} s`);
    expect(took).toBeLessThan(6_500);
    await exchange(...bystanders, "not noticed");
  });
});

function upgrade(id: string): string {
  return [
    `GET /peerjs?key=peerjs&id=${id}&token=t HTTP/1.1`,
    "Host: x",
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "",
    "",
  ].join("\r\n");
}
