import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type LogFields, silentLog } from "../log.ts";
import type { Wire } from "../wire.ts";
import { clientFrame, connectRaw, handshake, type RawClient } from "./raw-client.suite.ts";
import { openStage, type Seen, type Stage, type StageOptions } from "./stage.suite.ts";
import { createWebSockets } from "./web-sockets.ts";

// What this node does beyond RFC 6455: bounds, fairness, liveness. Beats are made short, and counted.

const stages: Stage[] = [];
afterEach(async () => {
  for (const stage of stages.splice(0)) await stage.close();
});

async function open(options: StageOptions = {}): Promise<{ stage: Stage; client: RawClient; seen: Seen }> {
  const stage = await openStage(createWebSockets, options);
  stages.push(stage);
  const seen = stage.seen();
  const client = await connectRaw({ port: stage.port });
  return { stage, client, seen: await seen };
}

const text = (payload: string) => clientFrame({ opcode: 1, payload });

describe("what a turn sends", () => {
  it("leaves in one packet, however many messages", async () => {
    const { client, seen } = await open({
      onMessage: wire => {
        for (let i = 0; i < 20; i += 1) wire.send(Buffer.from(`message ${i}`));
      },
    });
    let packets = 0;
    client.socket.on("data", () => {
      packets += 1;
    });
    client.write(text("go"));
    await seen.got(1);
    for (let i = 0; i < 20; i += 1) await client.next();
    expect(packets).toBe(1);
  });

  it("is untouched by what is received and sent later", async () => {
    const wires: Wire[] = [];
    const { stage, client } = await open({ onOpen: wire => wires.push(wire) });
    const other = await connectRaw({ port: stage.port });
    const [first, second] = wires;
    for (let i = 0; i < 500; i += 1) {
      first?.send(Buffer.from(`first ${i}`));
      second?.send(Buffer.from(`second ${i}`));
    }
    for (let i = 0; i < 500; i += 1) {
      expect((await client.next()).payload.toString()).toBe(`first ${i}`);
      expect((await other.next()).payload.toString()).toBe(`second ${i}`);
    }
  });
});

describe("a reader that does not read", () => {
  it("is dropped when too much waits for it, and the memory is given back", async () => {
    const { stage, client, seen } = await open({ limits: { unsentBytes: 100_000 } });
    client.socket.pause();
    const message = Buffer.alloc(50_000, "a");
    let sent = 0;
    while (seen.wire.send(message)) {
      sent += 1;
      expect(stage.webSockets.figures().unsentBytes).toBeLessThanOrEqual(100_000);
      await new Promise<void>(resolve => setImmediate(resolve));
      if (sent > 1_000) break;
    }
    // What the kernel takes for both ends comes on top of our own bound; 1,000 would be 50 MB.
    expect(sent).toBeLessThan(500);
    expect(await seen.closed).toBe(false);
    expect(stage.webSockets.figures()).toMatchObject({ open: 0, unsentBytes: 0, counts: { slow: 1 } });
  });

  it("is dropped for what others queue in one turn, too", async () => {
    const { seen } = await open({ limits: { unsentBytes: 100_000 } });
    const taken = Array.from({ length: 5 }, () => seen.wire.send(Buffer.alloc(40_000, "a")));
    expect(taken).toEqual([true, true, true, false, false]);
    expect(await seen.closed).toBe(false);
  });

  it("may be behind by less, the more waits for all of them together", async () => {
    const limits = { unsentBytes: 1_000_000, unsentBytesInAll: 400_000, unsentBytesAlways: 50_000 };
    const { stage, client, seen } = await open({ limits });
    const opening = stage.seen();
    const other = await connectRaw({ port: stage.port });
    const little = await opening;
    for (const { socket } of [client, other]) socket.pause();
    const fill = async (wire: Wire, size: number, most: number) => {
      for (let i = 0; i < 1_000 && stage.webSockets.figures().unsentBytes < most; i += 1) {
        if (!wire.send(Buffer.alloc(size, "a"))) return;
        await new Promise<void>(resolve => setImmediate(resolve));
      }
    };
    // One is a little behind, the other far; together they are too much.
    await fill(little.wire, 20_000, 1);
    await fill(seen.wire, 60_000, 400_000);
    expect(await seen.closed).toBe(false);
    expect(little.wire.closed).toBe(false);
    expect(stage.webSockets.figures()).toMatchObject({ open: 1, counts: { slow: 1 } });
  });
});

describe("a reader that falls behind", () => {
  /** More than two slabs, so that each turn would write over what waits from the one before. */
  const PER_TURN = 12;

  it("gets what waited for it, unharmed by what others were sent meanwhile", async () => {
    const { stage, client, seen } = await open();
    const opening = stage.seen();
    const other = await connectRaw({ port: stage.port });
    const { wire } = await opening;
    client.socket.pause();
    const turn = async () => {
      for (let i = 0; i < PER_TURN; i += 1) wire.send(Buffer.alloc(3_000, "x"));
      await new Promise<void>(resolve => setImmediate(resolve));
    };
    let sent = 0;
    for (; stage.webSockets.figures().unsentBytes === 0; sent += 1) {
      seen.wire.send(Buffer.from(`${sent}`.padEnd(3_000)));
      await turn();
    }
    for (let i = 0; i < 100; i += 1) await turn();
    client.socket.resume();
    for (let i = 0; i < sent; i += 1) expect(Number((await client.next()).payload)).toBe(i);
    for (let i = 0; i < PER_TURN * (sent + 100); i += 1) await other.next();
  });
});

describe("a client that sends too much", () => {
  it("is read at its rate and loses nothing", async () => {
    const { client, seen, stage } = await open({
      limits: { messagesPerSecond: 1_000, messageBurstMs: 100, holdMs: 5 },
    });
    const began = performance.now();
    client.write(...Array.from({ length: 300 }, (_, i) => text(`${i}`)));
    await seen.got(300);
    // 100 at once, and 200 at one a millisecond.
    expect(performance.now() - began).toBeGreaterThan(150);
    expect(seen.messages.map(({ payload }) => Number(payload))).toEqual(
      Array.from({ length: 300 }, (_, i) => i),
    );
    expect(stage.webSockets.figures().counts.held).toBeGreaterThan(0);
  });

  it("is read at its rate in bytes", async () => {
    const { client, seen } = await open({
      limits: { bytesPerSecond: 1_000_000, messageBurstMs: 50, holdMs: 5 },
    });
    const began = performance.now();
    client.write(...Array.from({ length: 10 }, () => text("a".repeat(20_000))));
    await seen.got(10);
    expect(performance.now() - began).toBeGreaterThan(120);
  });

  it("shares one rate with the others of its address", async () => {
    const limits = { addressMessagesPerSecond: 1_000, messageBurstMs: 100, holdMs: 5 };
    const { stage, client, seen } = await open({ limits });
    const other = stage.seen();
    const second = await connectRaw({ port: stage.port });
    const began = performance.now();
    client.write(...Array.from({ length: 150 }, () => text("a")));
    second.write(...Array.from({ length: 150 }, () => text("a")));
    await Promise.all([seen.got(150), (await other).got(150)]);
    expect(performance.now() - began).toBeGreaterThan(150);
  });

  it("lets the others have their turn", async () => {
    const order: number[] = [];
    const { stage, client } = await open({
      limits: { messagesPerTurn: 8 },
      onMessage: wire => order.push(wire.id),
    });
    const seen = stage.seen();
    const other = await connectRaw({ port: stage.port });
    // Both are in the kernel's buffers before the node reads either.
    client.socket.write(Buffer.concat(Array.from({ length: 1_000 }, () => text("flood"))));
    other.write(text("a"));
    await (await seen).got(1);
    const mine = (await seen).wire.id;
    expect(order.indexOf(mine)).toBeLessThanOrEqual(64);
  });

  it("is closed when it does not stop, and nobody else is", async () => {
    const limits = { messagesPerSecond: 100, messageBurstMs: 50, holdMs: 5, beatMs: 20, floodBeats: 4 };
    const { stage, client, seen } = await open({ limits });
    const other = await connectRaw({ port: stage.port });
    const flood = setInterval(() => client.write(...Array.from({ length: 50 }, () => text("a"))), 5);
    const { code } = await client.untilClosed();
    clearInterval(flood);
    expect(code).toBe(1008);
    expect(await seen.closed).toBe(false);
    expect(stage.webSockets.figures()).toMatchObject({ open: 1, counts: { floods: 1 } });
    other.write({ opcode: 9 });
    expect((await other.next()).opcode).toBe(10);
  });

  it("is not read on without end behind our goodbye, which it gets all the same", async () => {
    const { stage, client, seen } = await open({
      limits: { afterCloseBytes: 200_000, beatMs: 50, closeBeats: 4 },
    });
    seen.wire.close(1008, "Enough.");
    const junk = Buffer.alloc(64_000);
    const pour = () => {
      while (client.socket.write(junk));
    };
    client.socket.on("drain", pour);
    pour();
    expect((await client.untilClosed()).code).toBe(1008);
    await seen.closed;
    expect(stage.webSockets.figures().counts.receivedBytes).toBeLessThan(1_000_000);
  });
});

describe("a client that says nothing", () => {
  it("is pinged, and stays when it answers", async () => {
    const { stage, client } = await open({ limits: { beatMs: 5, pingBeats: 3, silentBeats: 8 } });
    for (let i = 0; i < 5; i += 1) {
      expect((await client.next()).opcode).toBe(9);
      client.write({ opcode: 10 });
    }
    expect(stage.webSockets.figures().open).toBe(1);
  });

  it("is gone when it does not answer either", async () => {
    const { stage, client, seen } = await open({ limits: { beatMs: 5, pingBeats: 3, silentBeats: 8 } });
    expect(await seen.closed).toBe(false);
    await client.ended;
    expect(client.frames.map(({ opcode }) => opcode)).toEqual([9, 9]);
    expect(stage.webSockets.figures().counts.silent).toBe(1);
  });

  it("is not blamed for a node that slept: what it missed is one beat", async () => {
    const { stage, client } = await open({ limits: { beatMs: 10, pingBeats: 20, silentBeats: 30 } });
    for (let i = 0; i < 3; i += 1) {
      // As a suspended machine: much time passes, and nothing of ours runs in it.
      const until = performance.now() + 400;
      while (performance.now() < until);
      await new Promise(resolve => setTimeout(resolve, 20));
    }
    expect(stage.webSockets.figures().open).toBe(1);
    expect(client.frames).toEqual([]);
  });

  it("loses its connection when a message has begun and does not end", async () => {
    const limits = { beatMs: 10, unfinishedBeats: 4 };
    for (const beginning of [
      clientFrame({ opcode: 1, payload: "abc", announced: 100 }),
      clientFrame({ opcode: 1, payload: "abc", fin: false }),
      Buffer.of(0x81),
    ]) {
      const { stage, client } = await open({ limits });
      client.write(beginning);
      // Pings do not keep it.
      const pings = setInterval(() => client.socket.writable && client.write(Buffer.alloc(0)), 5);
      expect((await client.untilClosed()).code).toBe(1008);
      clearInterval(pings);
      expect(stage.webSockets.figures().unfinishedBytes).toBe(0);
    }
  });

  it("is cut when it does not answer our goodbye", async () => {
    const stage = await openStage(createWebSockets, { limits: { beatMs: 10, closeBeats: 2 } });
    stages.push(stage);
    const seen = stage.seen();
    const socket = connect({ port: stage.port, host: "127.0.0.1", allowHalfOpen: true });
    await once(socket, "connect");
    socket.write(handshake({ port: stage.port }));
    socket.resume();
    (await seen).wire.close(1000, "");
    // It never ends its half: the node does not wait for it.
    expect(await (await seen).closed).toBe(false);
    socket.destroy();
  });
});

describe("memory for what has not ended", () => {
  it("grows with what came, not with what was announced, and has an end", async () => {
    const { stage, client, seen } = await open({ limits: { unfinishedBytesInAll: 10_000 } });
    client.write(clientFrame({ opcode: 1, payload: "abc", announced: 60_000 }));
    client.write(Buffer.alloc(5_000));
    await expect.poll(() => stage.webSockets.figures().unfinishedBytes).toBe(5_011);
    client.write(Buffer.alloc(6_000));
    expect((await client.untilClosed()).code).toBe(1013);
    await seen.closed;
    expect(stage.webSockets.figures().unfinishedBytes).toBe(0);
  });
});

describe("a defect of our own on one connection's path", () => {
  it("ends that connection, is told and counted, and nobody else notices", async () => {
    const lines: [string, LogFields | undefined][] = [];
    const { stage, client, seen } = await open({
      log: (level, event, fields) => lines.push([`${level} ${event}`, fields]),
      onMessage: (wire, payload) => {
        if (payload.toString() === "defect") throw new TypeError("A defect.");
        wire.send(payload);
      },
    });
    const other = await connectRaw({ port: stage.port });
    client.write(text("defect"));
    expect((await client.untilClosed()).code).toBe(1011);
    expect(await seen.closed).toBe(false);
    other.write(text("still here"));
    expect((await other.next()).payload.toString()).toBe("still here");
    expect(lines).toEqual([["error connection.bug", expect.objectContaining({ connection: seen.wire.id })]]);
    expect(stage.webSockets.figures().counts.bugs).toBe(1);
  });

  it("may be in opening and in closing, too", async () => {
    const stage = await openStage(createWebSockets, {
      log: silentLog(),
      onOpen: () => {
        throw new TypeError("A defect.");
      },
    });
    stages.push(stage);
    const client = await connectRaw({ port: stage.port });
    expect((await client.untilClosed()).code).toBe(1011);
    expect(stage.webSockets.figures().counts.bugs).toBe(1);
  });
});
