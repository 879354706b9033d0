import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import type { Wire } from "../wire.ts";
import { createFrameReader, FrameError, formatClientFrame, opcode } from "./client-frames.ts";
import { DialError, type DialOptions, dial } from "./client-socket.ts";

const SUBPROTOCOL = "etherlynk-link.v1";

/** `ws` as the other side, which has its own ideas of what RFC 6455 says. */
async function startOther(onSocket: (socket: WebSocket) => void, protocol = SUBPROTOCOL): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", handleProtocols: () => protocol });
  await new Promise(resolve => server.on("listening", resolve));
  server.on("connection", onSocket);
  onTestFinished(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function createDial(over: Partial<DialOptions> = {}) {
  const stopping = new AbortController();
  onTestFinished(() => stopping.abort());
  const options: DialOptions = {
    subprotocol: SUBPROTOCOL,
    messageBytes: 65_536,
    unsentBytes: 1_048_576,
    handshakeMs: 1_000,
    silenceMs: 20_000,
    signal: stopping.signal,
    onBug: error => {
      throw error;
    },
    ...over,
  };
  const received: Buffer[] = [];
  const waiting = Promise.withResolvers<Wire>();
  const closed = Promise.withResolvers<boolean>();
  const open = (wire: Wire) => {
    waiting.resolve(wire);
    return {
      onMessage: (payload: Buffer) => void received.push(Buffer.from(payload)),
      onClose: (clean: boolean) => closed.resolve(clean),
    };
  };
  return {
    stopping,
    received,
    closed: closed.promise,
    async to(url: string): Promise<Wire> {
      await dial(url, options, open);
      return waiting.promise;
    },
  };
}

describe("client frames", () => {
  it.each([0, 1, 125, 126, 127, 65_535, 65_536, 100_000])(
    "of %s bytes reach `ws` and come back",
    async size => {
      const url = await startOther(socket => {
        socket.on("message", (payload, binary) => socket.send(payload, { binary }));
      });
      const dialled = createDial({ messageBytes: 200_000 });
      const wire = await dialled.to(url);
      const payload = Buffer.alloc(size, "x");
      expect(wire.send(payload)).toBe(true);
      await expect.poll(() => dialled.received.length).toBe(1);
      expect(dialled.received[0]?.equals(payload)).toBe(true);
    },
  );

  it("are read the same however they are cut", () => {
    const server = Buffer.concat([
      Buffer.from([0x81, 3, 0x61, 0x62, 0x63]),
      Buffer.from([0x82, 126, 0, 200]),
      Buffer.alloc(200, 7),
      Buffer.from([0x89, 0]),
    ]);
    for (let size = 1; size <= server.length; size++) {
      const reader = createFrameReader(1_000);
      const frames = [];
      for (let at = 0; at < server.length; at += size)
        frames.push(...reader.read(server.subarray(at, at + size)));
      expect(frames.map(({ opcode: code, payload }) => [code, payload.length])).toEqual([
        [opcode.text, 3],
        [opcode.binary, 200],
        [opcode.ping, 0],
      ]);
    }
  });

  it.each([
    ["a masked frame", [0x81, 0x80, 0, 0, 0, 0]],
    ["a reserved bit", [0xc1, 0]],
    ["a long control frame", [0x89, 126, 0, 200]],
    ["a control frame in pieces", [0x09, 0]],
    ["a text that is none", [0x81, 1, 0xff]],
    ["a message too large", [0x82, 126, 0xff, 0xff]],
    ["a message beyond all bounds", [0x82, 127, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
  ])("refuse %s", (_, bytes) => {
    expect(() => createFrameReader(1_000).read(Buffer.from(bytes))).toThrow(FrameError);
  });

  it("are masked anew each time", () => {
    const frames = Array.from({ length: 20 }, () =>
      formatClientFrame(opcode.text, Buffer.from("the same")).toString("hex"),
    );
    expect(new Set(frames).size).toBe(20);
  });
});

describe("dialling", () => {
  it("answers pings, takes fragments, and says goodbye", async () => {
    const pongs: string[] = [];
    const codes: number[] = [];
    const url = await startOther(socket => {
      socket.on("pong", payload => pongs.push(payload.toString()));
      socket.on("close", code => codes.push(code));
      socket.ping("are you there");
      socket.send("first, ", { fin: false });
      socket.send("second", { fin: true });
    });
    const dialled = createDial();
    const wire = await dialled.to(url);
    await expect.poll(() => dialled.received.map(String)).toEqual(["first, second"]);
    await expect.poll(() => pongs).toEqual(["are you there"]);
    wire.close(1000, "Enough.");
    expect(await dialled.closed).toBe(true);
    await expect.poll(() => codes).toEqual([1000]);
    expect(wire.send("late")).toBe(false);
  });

  it("hears a goodbye, a mere drop, and the node's own stop", async () => {
    const sockets: WebSocket[] = [];
    const url = await startOther(socket => sockets.push(socket));
    const [one, two, three] = [createDial(), createDial(), createDial()];
    await one.to(url);
    sockets[0]?.close(1001);
    expect(await one.closed).toBe(true);
    await two.to(url);
    sockets[1]?.terminate();
    expect(await two.closed).toBe(false);
    await three.to(url);
    three.stopping.abort();
    expect(await three.closed).toBe(true);
  });

  it("gives up a side that has fallen silent, or does not read", async () => {
    const silent = await startOther(socket => {
      // Reads nothing any more, and so answers no ping.
      (socket as unknown as { _socket: { pause(): void } })._socket.pause();
    });
    const dialled = createDial({ silenceMs: 20 });
    await dialled.to(silent);
    expect(await dialled.closed).toBe(false);
    const full = createDial({ unsentBytes: 100_000 });
    const wire = await full.to(silent);
    let sent = 0;
    while (wire.send(Buffer.alloc(50_000)) && sent < 1_000) sent++;
    expect(sent).toBeLessThan(1_000);
    expect(await full.closed).toBe(false);
  });

  it("ends a side that breaks the rules", async () => {
    const url = await startOther(socket => {
      (socket as unknown as { _socket: { write(bytes: Buffer): void } })._socket.write(
        Buffer.from([0xf1, 0x00]),
      );
    });
    const dialled = createDial();
    await dialled.to(url);
    await dialled.closed;
  });

  it.each([
    ["nobody is there", async () => "ws://127.0.0.1:9", /Nobody answers/],
    ["it is no address", async () => "nonsense", /no address/],
    ["another protocol is chosen", () => startOther(() => undefined, "chat"), /no node/],
    [
      "it is a web server",
      async () => {
        const server = createServer((_, response) => response.writeHead(404).end());
        await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
        onTestFinished(() => void server.close());
        return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
      },
      /says 404/,
    ],
  ])("tells in words when %s", async (_, start, words) => {
    const url = await start();
    await expect(createDial().to(url)).rejects.toThrow(words);
    await expect(createDial().to(url)).rejects.toBeInstanceOf(DialError);
  });
});
