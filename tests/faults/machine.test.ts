import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { descriptorLimit } from "../../signaller/descriptors.ts";
import { type Node, startNode } from "./node.ts";
import { exchange, offer, openPeer, type Peer } from "./peer.ts";

// A machine at its limits: many connections, no descriptors left, a clock that jumps, a process that stops and starts under
// load.

const start = (options = {}) => startNode(onTestFinished, options);
const wait = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

/** Opens PeerJS clients that only stay, a few hundred at a time, from many addresses; tells which got their OPEN. */
async function openMany(port: number, count: number): Promise<Socket[]> {
  const open: Socket[] = [];
  const queue = Array.from({ length: count }, (_, i) => i);
  const worker = async () => {
    for (let i = queue.pop(); i !== undefined; i = queue.pop()) {
      const socket = await openQuietly(port, i);
      if (socket) open.push(socket);
    }
  };
  await Promise.all(Array.from({ length: 300 }, worker));
  return open;
}

async function openQuietly(port: number, index: number): Promise<Socket | undefined> {
  const localAddress = `127.2.${Math.floor(index / 40) % 250}.${1 + (index % 40)}`;
  const socket = connect({ port, host: "127.0.0.1", localAddress });
  socket.on("error", () => socket.destroy());
  socket.write(
    `GET /peerjs?key=peerjs&id=idle-${index}&token=t${index} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
  );
  const isOpen = await new Promise<boolean>(resolve => {
    let got = "";
    socket.on("data", chunk => {
      got += chunk;
      if (got.includes("OPEN")) resolve(true);
    });
    socket.on("close", () => resolve(false));
  });
  return isOpen ? socket : undefined;
}

function closeAll(sockets: readonly Socket[]): void {
  for (const socket of sockets) socket.destroy();
}

describe("many connections", () => {
  it("are as many as descriptors allow, up to what CI has time for, and all can be reached", async () => {
    const node = await start();
    const count = Math.min(5_000, (descriptorLimit() ?? 1_024) - 300);
    const before = node.rss();
    const began = performance.now();
    const sockets = await openMany(node.port, count);
    const seconds = (performance.now() - began) / 1_000;
    const each = ((node.rss() - before) * 1_024) / count;
    console.info(`connections: ${sockets.length} in ${seconds.toFixed(1)} s, ${each.toFixed(1)} KB each`);
    expect(sockets).toHaveLength(count);
    // PeerServer: 9.6 KB at 5,000.
    expect(each).toBeLessThan(6);
    expect(await node.metric("peerjs_clients")).toBe(count);
    const last = sockets.at(-1);
    const caller = await openPeer("caller", { port: node.port, from: "127.3.0.1" });
    const heard = last && once(last, "data");
    caller.say(offer(`idle-${indexOf(last)}`));
    expect(String((await heard)?.[0])).toContain('"src":"caller"');
    closeAll(sockets);
    await expect.poll(() => node.metric("connections"), { timeout: 10_000 }).toBe(1);
  });

  function indexOf(socket: Socket | undefined): number {
    const [, , third = 0, fourth = 1] = (socket?.localAddress ?? "").split(".").map(Number);
    return third * 40 + fourth - 1;
  }
});

describe("no descriptors left", () => {
  it("turns newcomers away and serves the others; when some leave, others may come", async () => {
    const node = await start({ descriptors: 200 });
    const { port } = node;
    const [one, other] = [
      await openPeer("one", { port, from: "127.3.1.1" }),
      await openPeer("other", { port, from: "127.3.1.2" }),
    ];
    const sockets = await openMany(port, 400);
    console.info(`200 descriptors: ${sockets.length} of 400 clients are in`);
    expect(sockets.length).toBeGreaterThan(100);
    expect(sockets.length).toBeLessThan(200);
    await exchange(one, other, "not noticed");
    closeAll(sockets);
    await expect.poll(async () => (await openMany(port, 1)).length, { timeout: 5_000 }).toBe(1);
    await exchange(other, one, "nor afterwards");
  });

  it("is survived even when something else has used them up", async () => {
    // Holds descriptors inside the node, so that accept itself fails with EMFILE; lets them go after a second.
    const hoard = `data:text/javascript,${encodeURIComponent(`
      import { closeSync, openSync } from "node:fs";
      process.on("SIGUSR2", () => {
        const held = [];
        try { for (;;) held.push(openSync("/dev/null")); } catch {}
        setTimeout(() => held.forEach(fd => closeSync(fd)), 1000);
      });`)}`;
    const node = await start({ descriptors: 200, nodeOptions: ["--import", hoard] });
    const { port } = node;
    const [one, other] = [
      await openPeer("one", { port, from: "127.3.2.1" }),
      await openPeer("other", { port, from: "127.3.2.2" }),
    ];
    node.signal("SIGUSR2");
    await wait(200);
    const during = openMany(port, 20);
    for (let i = 0; i < 20; i += 1) {
      await exchange(one, other, `during ${i}`);
      await wait(20);
    }
    closeAll(await during);
    await expect.poll(async () => (await openMany(port, 1)).length, { timeout: 10_000 }).toBe(1);
    await exchange(other, one, "afterwards");
  });
});

describe("time", () => {
  it("that jumps on the wall closes nobody", async () => {
    const jump = `data:text/javascript,${encodeURIComponent(`
      const real = Date.now;
      const jumps = [3600e3, -7200e3, 86400e3];
      process.on("SIGUSR2", () => { const by = jumps.shift() ?? 0; Date.now = () => real() + by; });`)}`;
    const node = await start({ nodeOptions: ["--import", jump] });
    const { port } = node;
    const [one, other] = [await openPeer("one", { port }), await openPeer("other", { port })];
    for (let i = 0; i < 3; i += 1) {
      node.signal("SIGUSR2");
      // Longer than a beat, a sweep and a look at HTTP's waits.
      await wait(1_300);
      await exchange(one, other, `jump ${i}`);
      await exchange(other, one, `jump ${i}`);
    }
    expect(await node.metric('dropped_total{reason="silent"}')).toBe(0);
  });
});

describe("under load", () => {
  /** Pairs that talk all the time, until they are closed. */
  async function talk(node: Node, pairs: number): Promise<readonly Peer[]> {
    const peers: Peer[] = [];
    for (let i = 0; i < 2 * pairs; i += 1) {
      peers.push(
        await openPeer(`talker-${i}`, { port: node.port, token: `t${i}`, from: `127.4.0.${1 + (i % 200)}` }),
      );
    }
    for (const [i, peer] of peers.entries()) {
      const to = `talker-${i ^ 1}`;
      peer.raw.socket.on(
        "data",
        () => peer.raw.socket.writable && peer.say(offer(to, { sdp: "a".repeat(300) })),
      );
      peer.say(offer(to));
    }
    return peers;
  }

  it("a SIGTERM says goodbye to everybody and ends with 0 within 5 s", async () => {
    const node = await start();
    const sockets = await openMany(node.port, 500);
    const peers = await talk(node, 50);
    await expect.poll(() => node.metric("messages_received_total")).toBeGreaterThan(5_000);
    const closed = Promise.all(peers.map(({ raw }) => raw.untilClosed()));
    const began = performance.now();
    node.signal("SIGTERM");
    expect(await node.ended).toBe(0);
    const took = performance.now() - began;
    console.info(`SIGTERM with 600 clients under load: ${took.toFixed(0)} ms`);
    expect(took).toBeLessThan(5_000);
    expect(new Set((await closed).map(({ code }) => code))).toEqual(new Set([1001]));
    closeAll(sockets);
  });

  it("a crash and a new start bring everybody back under their ids", async () => {
    const first = await start();
    const peers = await talk(first, 50);
    first.signal("SIGKILL");
    await first.ended;
    await Promise.all(peers.map(({ raw }) => raw.ended));
    const second = await start({ port: first.port });
    const began = performance.now();
    const again = await talk(second, 50);
    console.info(
      `back after a crash: ${again.length} clients in ${(performance.now() - began).toFixed(0)} ms`,
    );
    await expect.poll(() => second.metric('peerjs_total{what="relayed"}')).toBeGreaterThan(2_000);
    expect(await second.metric("peerjs_clients")).toBe(100);
    for (const { raw } of again) raw.socket.destroy();
  });
});
