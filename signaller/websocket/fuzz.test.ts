import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { createRandom, type Random } from "./random.suite.ts";
import { clientFrame, closePayload, connectRaw } from "./raw-client.suite.ts";
import { openStage, type Stage } from "./stage.suite.ts";
import { createWebSockets } from "./web-sockets.ts";
import { createWsSockets } from "./ws-port.suite.ts";

// Streams of frames, mostly sound, mutated here and there, cut anywhere: this node and `ws` must take the same
// messages, answer the same pings, and close with the same code. FUZZ_SECONDS runs it longer, FUZZ_SEED again.

const seconds = Number(process.env["FUZZ_SECONDS"] ?? 3);
const firstSeed = Number(process.env["FUZZ_SEED"] ?? Date.now() % 1_000_000_000);
/** Small, so that messages near the bound are frequent; above the rates, so that these do not slow it down. */
const limits = {
  messageBytes: 1_000,
  messagesPerSecond: 1e6,
  addressMessagesPerSecond: 1e7,
  messagesPerTurn: 5,
};

const stages: Stage[] = [];
beforeAll(async () => {
  for (const create of [createWebSockets, createWsSockets]) stages.push(await openStage(create, { limits }));
});
afterAll(async () => {
  for (const stage of stages) await stage.close();
});

describe("fuzzing", () => {
  it("agrees with ws on any stream of frames", { timeout: seconds * 1_000 + 20_000 }, async () => {
    const until = performance.now() + seconds * 1_000;
    const codes = new Set<number>();
    // What this shows is worth little where the cases are all alike.
    const isVaried = () => [1000, 1002, 1007, 1009].every(code => codes.has(code));
    let seed = firstSeed;
    for (; performance.now() < until || !isVaried(); seed += 1) {
      const stream = randomStream(createRandom(seed));
      const cuts = randomCuts(createRandom(seed + 1), stream.length);
      const [ours, theirs] = await Promise.all(stages.map(stage => play(stage, stream, cuts)));
      expect(ours, `FUZZ_SEED=${seed}, ${stream.toString("hex").slice(0, 2_000)}`).toEqual(theirs);
      codes.add(ours?.code ?? 0);
    }
    expect(seed - firstSeed).toBeGreaterThan(10);
  });

  it("echoes whatever a ws client sends, in any fragments", async () => {
    const random = createRandom(firstSeed);
    const stage = await openStage(createWebSockets, {
      limits: { messagesPerSecond: 1e6, bytesPerSecond: 1e9, addressBytesPerSecond: 1e9 },
      onMessage: (wire, payload, binary) => {
        wire.send(binary ? payload.toString("latin1") : payload);
      },
    });
    const client = new WebSocket(`ws://127.0.0.1:${stage.port}`, { perMessageDeflate: false });
    await once(client, "open");
    for (let i = 0; i < 150; i += 1) {
      const message = randomText(random, random.pick([10, 200, 5_000, 16_000]));
      const back = once(client, "message");
      sendInFragments(client, message, random);
      expect((await back)[0].toString()).toBe(message.toString());
    }
    client.close(1000);
    await once(client, "close");
    await stage.close();
  });
});

interface Outcome {
  readonly messages: string[];
  readonly pongs: string[];
  readonly code: number;
}

async function play(stage: Stage, stream: Buffer, cuts: readonly number[]): Promise<Outcome> {
  const opening = stage.seen();
  const client = await connectRaw({ port: stage.port });
  const seen = await opening;
  let from = 0;
  for (const cut of [...cuts, stream.length]) {
    client.socket.write(stream.subarray(from, cut));
    from = cut;
    await new Promise<void>(resolve => setImmediate(resolve));
  }
  const { code } = await client.untilClosed();
  return {
    messages: seen.messages.map(({ payload, binary }) => `${binary ? "b" : "t"}${payload.toString("hex")}`),
    pongs: client.frames.filter(({ opcode }) => opcode === 10).map(({ payload }) => payload.toString("hex")),
    code,
  };
}

/** Ends with a goodbye, so that every case comes to an end. */
function randomStream(random: Random): Buffer {
  const frames: Buffer[] = [];
  let gathering = false;
  for (let i = random.below(8); i >= 0; i -= 1) {
    if (random.chance(0.25)) frames.push(randomControl(random));
    const fin = random.chance(0.6);
    frames.push(randomFrame(random, { opcode: gathering ? 0 : random.pick([1, 1, 1, 2]), fin }));
    gathering = !fin;
  }
  if (gathering) frames.push(randomFrame(random, { opcode: 0, fin: true }));
  frames.push(clientFrame({ opcode: 8, payload: closePayload(1000) }));
  return Buffer.concat(frames);
}

function randomControl(random: Random): Buffer {
  const payload = random.bytes(random.chance(0.1) ? 126 : random.below(126));
  return clientFrame({ opcode: random.pick([9, 9, 10]), payload, mask: random.below(0x1_0000_0000) });
}

function randomFrame(random: Random, { opcode, fin }: { opcode: number; fin: boolean }): Buffer {
  const size = random.pick([0, 1, 5, 40, 125, 126, 300, 500, 999, 1_000, 1_001]);
  const odd = random.chance(0.12);
  return clientFrame({
    opcode: odd && random.chance(0.3) ? random.below(16) : opcode,
    fin: odd && random.chance(0.2) ? !fin : fin,
    payload: random.chance(0.05)
      ? random.bytes(size)
      : randomText(random, Math.min(size, random.pick([size, 30]))),
    mask: random.below(0x1_0000_0000),
    ...(odd && random.chance(0.2) && { masked: false }),
    ...(odd && random.chance(0.2) && { reserved: random.below(8) }),
    ...(odd && random.chance(0.3) && { lengthForm: random.pick([126, 127]) }),
    ...(odd && random.chance(0.1) && { announced: random.below(2 ** 40), lengthForm: 127 as const }),
  });
}

/** UTF-8 of about `size` bytes, of characters of one to four bytes. */
function randomText(random: Random, size: number): Buffer {
  let text = "";
  while (text.length < size) text += random.pick(["a", "{", " ", "z", "0", '"', "é", "世", "🎉"]);
  const bytes = Buffer.from(text);
  return bytes.length <= size ? bytes : Buffer.alloc(size, "a");
}

function randomCuts(random: Random, length: number): number[] {
  const cuts = Array.from({ length: random.below(6) }, () => random.below(length));
  return cuts.sort((a, b) => a - b);
}

function sendInFragments(client: WebSocket, message: Buffer, random: Random): void {
  let from = 0;
  while (random.chance(0.5) && from < message.length) {
    const to = from + random.below(message.length - from);
    client.send(message.subarray(from, to), { fin: false, binary: false });
    if (random.chance(0.3)) client.ping();
    from = to;
  }
  client.send(message.subarray(from), { fin: true, binary: false });
}
