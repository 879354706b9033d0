import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import {
  type ClientFrame,
  clientFrame,
  closePayload,
  connectRaw,
  type RawClient,
} from "./raw-client.suite.ts";
import { type CreateWebSockets, openStage, type Seen, type Stage, type StageOptions } from "./stage.suite.ts";

/** What every implementation of the port does (RFC 6455). */
export function describeWebSockets(name: string, create: CreateWebSockets): void {
  const stages: Stage[] = [];

  async function open(options: StageOptions = {}): Promise<{ stage: Stage; client: RawClient; seen: Seen }> {
    const stage = await openStage(create, options);
    stages.push(stage);
    const seen = stage.seen();
    const client = await connectRaw({ port: stage.port });
    return { stage, client, seen: await seen };
  }

  /** Sends, and tells what the server made of it: the messages it took, and the code it closed with. */
  async function judge(...pieces: (Buffer | ClientFrame)[]): Promise<{ messages: string[]; code: number }> {
    const { client, seen } = await open();
    client.write(...pieces);
    const { code } = await client.untilClosed();
    return { messages: seen.messages.map(({ payload }) => payload.toString()), code };
  }

  const text = (payload: string | Buffer, more: Partial<ClientFrame> = {}): ClientFrame => ({
    opcode: 1,
    payload,
    ...more,
  });
  const goodbye: ClientFrame = { opcode: 8, payload: closePayload(1000) };

  describe(`WebSocket by ${name}`, () => {
    afterEach(async () => {
      for (const stage of stages.splice(0)) await stage.close();
    });

    it("answers the handshake of RFC 6455 §1.3", async () => {
      const { client } = await open();
      expect(client.head).toMatch(/^HTTP\/1\.1 101 /);
      expect(client.head).toMatch(/sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=/i);
      expect(client.head).not.toMatch(/sec-websocket-extensions/i);
    });

    it("names the subprotocol that was chosen", async () => {
      const stage = await openStage(create, { subprotocol: "sip" });
      stages.push(stage);
      const client = await connectRaw({ port: stage.port, headers: { "Sec-WebSocket-Protocol": "sip" } });
      expect(client.head).toMatch(/sec-websocket-protocol: sip/i);
    });

    it("sends what is queued while opening behind the 101", async () => {
      const { client } = await open({ onOpen: wire => wire.send(Buffer.from("welcome")) });
      expect((await client.next()).payload.toString()).toBe("welcome");
    });

    it("reads frames that came in one packet with the handshake", async () => {
      const stage = await openStage(create);
      stages.push(stage);
      const seen = stage.seen();
      const behind = Buffer.concat([text("a"), text("b"), text("c")].map(clientFrame));
      await connectRaw({ port: stage.port, behind });
      await (await seen).got(3);
      expect((await seen).messages.map(({ payload }) => payload.toString())).toEqual(["a", "b", "c"]);
    });

    it.each([0, 1, 2, 3, 4, 5, 6, 7, 125, 126, 127, 128, 159, 160, 161, 162, 163, 1200, 65_535, 65_536])(
      "takes and sends a message of %i bytes",
      async size => {
        const { client, seen } = await open({ onMessage: (wire, payload) => wire.send(payload) });
        const sent = Buffer.from(Array.from({ length: size }, (_, i) => 32 + (i % 90)));
        client.write({ opcode: 1, payload: sent, mask: 0x01_02_f3_84 });
        const back = await client.next();
        expect(seen.messages[0]?.payload.equals(sent)).toBe(true);
        expect(back).toMatchObject({ fin: true, opcode: 1 });
        expect(back.payload.equals(sent)).toBe(true);
      },
    );

    it("tells binary from text", async () => {
      const { client, seen } = await open();
      client.write({ opcode: 2, payload: Buffer.from([0xff, 0]) }, text("ä"));
      await seen.got(2);
      expect(seen.messages.map(({ binary }) => binary)).toEqual([true, false]);
    });

    it("takes every split of a stream for the same", async () => {
      const stream = Buffer.concat(
        [text("é"), text("x".repeat(130), { mask: 7 }), { opcode: 9, payload: "p" }, text("end")].map(
          clientFrame,
        ),
      );
      const { client, seen } = await open();
      let expected = 0;
      for (let at = 1; at < stream.length; at += 7) {
        client.socket.write(stream.subarray(0, at));
        await new Promise<void>(resolve => setImmediate(resolve));
        client.socket.write(stream.subarray(at));
        expected += 3;
        await seen.got(expected);
      }
      expect(new Set(seen.messages.map(({ payload }) => payload.toString()))).toEqual(
        new Set(["é", "x".repeat(130), "end"]),
      );
    });

    it("takes a stream that comes byte by byte", async () => {
      const { client, seen } = await open();
      for (const byte of clientFrame(text("é".repeat(100)))) {
        client.socket.write(Buffer.of(byte));
        await new Promise<void>(resolve => setImmediate(resolve));
      }
      await seen.got(1);
      expect(seen.messages[0]?.payload.toString()).toBe("é".repeat(100));
    });

    it("puts fragments together, with control frames between them", async () => {
      const whole = Buffer.from("grüße");
      const { client, seen } = await open();
      // The cut is in the middle of a character.
      client.write(
        { opcode: 1, payload: whole.subarray(0, 3), fin: false },
        { opcode: 9, payload: "still there?" },
        { opcode: 0, payload: "", fin: false },
        { opcode: 0, payload: whole.subarray(3) },
      );
      expect(await client.next()).toMatchObject({ opcode: 10, payload: Buffer.from("still there?") });
      await seen.got(1);
      expect(seen.messages[0]?.payload.toString()).toBe("grüße");
    });

    it.each([
      ["an unmasked frame", text("a", { masked: false }), 1002],
      ["a reserved bit", text("a", { reserved: 4 }), 1002],
      ["another reserved bit", text("a", { reserved: 1 }), 1002],
      ["opcode 3", { opcode: 3, payload: "a" }, 1002],
      ["opcode 7", { opcode: 7, payload: "a" }, 1002],
      ["opcode 11", { opcode: 11, payload: "a" }, 1002],
      ["opcode 15", { opcode: 15, payload: "a" }, 1002],
      ["a ping in fragments", { opcode: 9, payload: "a", fin: false }, 1002],
      ["a ping of 126 bytes", { opcode: 9, payload: "a".repeat(126) }, 1002],
      ["a continuation of nothing", { opcode: 0, payload: "a" }, 1002],
      ["text that is not UTF-8", text(Buffer.from([0x61, 0xc3, 0x28])), 1007],
      ["a surrogate in UTF-8", text(Buffer.from([0xed, 0xa0, 0x80])), 1007],
      ["a message one byte too large", text("a".repeat(65_537)), 1009],
      ["a close frame of one byte", { opcode: 8, payload: "a" }, 1002],
      ["close code 999", { opcode: 8, payload: closePayload(999) }, 1002],
      ["close code 1005", { opcode: 8, payload: closePayload(1005) }, 1002],
      ["close code 1006", { opcode: 8, payload: closePayload(1006) }, 1002],
      ["close code 2999", { opcode: 8, payload: closePayload(2999) }, 1002],
      ["close code 5000", { opcode: 8, payload: closePayload(5000) }, 1002],
      ["a close reason that is not UTF-8", { opcode: 8, payload: closePayload(1000, Buffer.of(0xff)) }, 1007],
    ] satisfies [string, ClientFrame, number][])(
      "refuses %s, behind a message that was sound",
      async (_, frame, code) => {
        expect(await judge(text("before"), frame)).toEqual({ messages: ["before"], code });
      },
    );

    it("refuses a new message between fragments", async () => {
      expect(await judge(text("a", { fin: false }), text("b"))).toEqual({ messages: [], code: 1002 });
    });

    it("refuses what is too large at its header, before it is sent", async () => {
      for (const lengthForm of [undefined, 127] as const) {
        const frame = text("", { announced: 90_000_000, ...(lengthForm && { lengthForm }) });
        expect((await judge(clientFrame(frame))).code).toBe(1009);
      }
    });

    it("refuses fragments that are too large together", async () => {
      const half = "a".repeat(40_000);
      expect((await judge(text(half, { fin: false }), { opcode: 0, payload: half })).code).toBe(1009);
    });

    it("does not count control frames towards a message", async () => {
      const most = text("a".repeat(65_535), { fin: false });
      const { messages, code } = await judge(
        most,
        { opcode: 9, payload: "x" },
        { opcode: 0, payload: "b" },
        goodbye,
      );
      expect(messages[0]?.length).toBe(65_536);
      expect(code).toBe(1000);
    });

    it.each([1000, 1001, 1012, 3000, 4999])(
      "answers a goodbye of %i with the same, and calls it clean",
      async code => {
        const { client, seen } = await open();
        client.write({ opcode: 8, payload: closePayload(code, "bye") });
        expect((await client.untilClosed()).code).toBe(code);
        expect(await seen.closed).toBe(true);
        expect(seen.closes).toBe(1);
        expect(seen.wire.closed).toBe(true);
      },
    );

    it("answers a goodbye without a code", async () => {
      const { client, seen } = await open();
      client.write({ opcode: 8 });
      await client.untilClosed();
      expect(client.frames.at(-1)?.opcode).toBe(8);
      expect(await seen.closed).toBe(true);
    });

    it("hears nothing behind a goodbye", async () => {
      const { messages } = await judge(text("a"), goodbye, text("b"));
      expect(messages).toEqual(["a"]);
    });

    it("calls a connection that merely dropped not clean", async () => {
      for (const drop of ["end", "destroy", "resetAndDestroy"] as const) {
        const { client, seen } = await open();
        client.socket[drop]();
        expect(await seen.closed).toBe(false);
        expect(seen.closes).toBe(1);
        expect(seen.wire.send(Buffer.from("a"))).toBe(false);
      }
    });

    it("says goodbye with code and reason, and takes nothing more", async () => {
      const { client, seen } = await open();
      expect(seen.wire.send(Buffer.from("last"))).toBe(true);
      seen.wire.close(1008, "Enough.");
      expect(seen.wire.send(Buffer.from("too late"))).toBe(false);
      client.write(text("a"));
      expect(await client.untilClosed()).toEqual({ texts: ["last"], code: 1008, reason: "Enough." });
      await seen.closed;
      expect(seen.messages).toEqual([]);
      expect(seen.closes).toBe(1);
    });

    it("keeps the order of what is sent, and appends tails", async () => {
      const { client, seen } = await open();
      for (let i = 0; i < 50; i += 1) seen.wire.send(Buffer.from(`${i}`), "!");
      for (let i = 0; i < 50; i += 1) expect((await client.next()).payload.toString()).toBe(`${i}!`);
    });

    it("puts a tail in the place of what follows the end, shorter or longer", async () => {
      const { client, seen } = await open();
      seen.wire.send(Buffer.from('{"a":1}'), ',"b":2}', 6);
      seen.wire.send(Buffer.from("so and so"), ".", 2);
      seen.wire.send(Buffer.from("so and so"), "", 6);
      seen.wire.send("so and so", "!", 2);
      for (const said of ['{"a":1,"b":2}', "so.", "so and", "so!"]) {
        expect((await client.next()).payload.toString()).toBe(said);
      }
    });

    it("sends bytes given as a string as text where they are UTF-8, else as binary", async () => {
      const { client, seen } = await open();
      seen.wire.send(Buffer.from("grüße").toString("latin1"));
      seen.wire.send("\xff\x00");
      expect(await client.next()).toMatchObject({ opcode: 1, payload: Buffer.from("grüße") });
      expect(await client.next()).toMatchObject({ opcode: 2, payload: Buffer.from([0xff, 0]) });
    });

    it("says goodbye to everybody when it stops", async () => {
      const { stage } = await open();
      const clients = Array.from({ length: 20 }, () => new WebSocket(`ws://127.0.0.1:${stage.port}`));
      await Promise.all(clients.map(client => once(client, "open")));
      const codes = clients.map(async client => (await once(client, "close"))[0]);
      await stage.webSockets.close();
      expect(await Promise.all(codes)).toEqual(clients.map(() => 1001));
      expect(stage.webSockets.figures().open).toBe(0);
    });
  });
}
