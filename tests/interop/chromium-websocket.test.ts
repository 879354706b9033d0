import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { peerLimits } from "../../protocol/peer/limits.ts";
import { findProgram } from "../../scripts/setup/ensure-system.js";
import { createNode, type SignallerNode } from "../../signaller/node.ts";
import { openStage, type SocketPage, type Stage } from "../e2e/browser.ts";
import { type FrameTap, startFrameTap } from "../e2e/frame-tap.ts";

/** The beats of a test's minute: silence is pinged after 2, and is the end after 6. */
const hurried = { beatMs: 100, pingBeats: 2, silentBeats: 6 };

describe.skipIf(!findProgram("chromium"))("Chromium's WebSocket agrees with the node's framing", () => {
  let stage: Stage;
  let node: SignallerNode;
  let tap: FrameTap;

  beforeAll(async () => {
    node = createNode({ open: true, limits: hurried });
    const { port } = await node.listen();
    [stage, tap] = await Promise.all([openStage(), startFrameTap(port)]);
  });
  afterEach(() => stage.closePages());
  afterAll(async () => {
    await stage?.close();
    await tap?.close();
    await node?.close();
  });

  const open = async (page: SocketPage, name: string) => {
    await page.open(
      name,
      `ws://127.0.0.1:${tap.port}/peerjs?key=peerjs&id=${name}&token=${name}&version=1.5.5`,
    );
    await page.see(`${name} OPEN`);
  };
  const twoSockets = async (): Promise<SocketPage> => {
    const page = await stage.socketPage();
    await Promise.all([open(page, "ann"), open(page, "ben")]);
    return page;
  };

  /** Bytes of an offer besides its payload. */
  const around = JSON.stringify({ type: "OFFER", payload: { text: "" }, dst: "ben" }).length;

  it("messages of every size class arrive as they were sent, up to the limit", async () => {
    const page = await twoSockets();
    // The node adds the sender, so what comes out is some bytes longer: hence whole ranges around the classes.
    const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => from + at);
    const sizes = [...range(around, 200), 1_200, 16_384, 32_768, ...range(65_450, 65_536)];
    const payloads = sizes.map(size => ({ letters: "abcdefghijklmnop 0123456789", length: size - around }));
    for (const [at, payload] of payloads.entries()) {
      await page.sendOffer("ann", "ben", payload);
      expect(await page.takeOffer("ben", payload), `${sizes[at]} bytes`).toEqual({ src: "ann", right: true });
    }
    const lengths = tap.frames.filter(({ from }) => from === "node").map(({ length }) => length);
    expect(lengths).toEqual(expect.arrayContaining([125, 126, 127, 65_535, 65_536]));
  });

  it("letters of one to four bytes arrive as they were sent", async () => {
    const page = await twoSockets();
    for (const letters of ["a", "ä", "€", "😀", 'aä€😀"\\\u0000\u2028']) {
      const payload = { letters, length: letters.length * 900 };
      await page.sendOffer("ann", "ben", payload);
      expect(await page.takeOffer("ben", payload), letters).toEqual({ src: "ann", right: true });
    }
  });

  it("a burst of messages arrives whole and in order", async () => {
    const page = await twoSockets();
    const payloads = Array.from({ length: 300 }, (_, at) => ({
      letters: `${at}.`,
      length: (at * 37) % 3_000,
    }));
    await Promise.all(payloads.map(payload => page.sendOffer("ann", "ben", payload)));
    for (const payload of payloads) {
      expect(await page.takeOffer("ben", payload)).toEqual({ src: "ann", right: true });
    }
  });

  it.each([peerLimits.messageBytes + 1, 100_000, 204_800])(
    "a message of %i bytes is too big: its sender is told 1009, nobody else is",
    async size => {
      const page = await twoSockets();
      await page.sendOffer("ann", "ben", { letters: "x", length: size - around });
      expect(await page.closing("ann")).toMatchObject({ code: 1009 });
      expect(await page.isOpen("ben")).toBe(true);
      await open(page, "cyd");
      const payload = { letters: "still here ", length: 100 };
      await page.sendOffer("cyd", "ben", payload);
      expect(await page.takeOffer("ben", payload)).toEqual({ src: "cyd", right: true });
    },
  );

  it.each([
    [1000, ""],
    [1000, "done"],
    [3000, "é".repeat(61)],
    [4999, "x".repeat(123)],
  ])("a page that closes with %i %j gets its code back, cleanly", async (code, reason) => {
    const page = await stage.socketPage();
    await open(page, "ann");
    expect(await page.close("ann", code, reason)).toMatchObject({ code, clean: true });
  });

  it("the node's pings are answered, so a page that says nothing stays", async () => {
    const page = await stage.socketPage();
    await open(page, "ann");
    const before = tap.frames.length;
    const pongs = () =>
      tap.frames.slice(before).filter(({ from, opcode }) => from === "page" && opcode === 0xa).length;
    // Five rounds of silence and ping are longer than what an unanswered silence lasts.
    await expect.poll(pongs, { timeout: 10_000 }).toBeGreaterThanOrEqual(5);
    expect(await page.isOpen("ann")).toBe(true);
  });

  it("frames from the node are whole and unmasked, those of the page masked", () => {
    const wrong = tap.frames.filter(
      ({ from, masked, final }) => masked !== (from === "page") || (from === "node" && !final),
    );
    expect(tap.frames.length).toBeGreaterThan(300);
    expect(wrong).toEqual([]);
  });

  it("a subprotocol that nobody here speaks is refused", async () => {
    const page = await stage.socketPage();
    await expect(
      page.open("ann", `ws://127.0.0.1:${tap.port}/peerjs?key=peerjs&id=ann&token=t`, ["chat"]),
    ).rejects.toThrow("did not open");
  });
});
