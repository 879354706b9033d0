import { describe, expect, it } from "vitest";
import { peerLimits } from "../../protocol/peer/limits.ts";
import { limits } from "../limits.ts";
import { createWaitingRoom, type Sender } from "./waiting-room.ts";

const sender = (id: string, address = "192.0.2.1"): Sender => ({
  id,
  token: "token",
  address,
  queued: 0,
  queuedBytes: 0,
});
const memory = Buffer.alloc(60_000, "a");
const message = (size: number) => memory.subarray(0, size);

describe("the waiting room", () => {
  it("gives whoever arrives what waited for it, in order, and once", () => {
    const room = createWaitingRoom(limits);
    const alice = sender("alice");
    const carol = sender("carol");
    expect(room.keep("bob", Buffer.from("1"), alice)).toBe("kept");
    expect(room.keep("dave", Buffer.from("x"), alice)).toBe("kept");
    expect(room.keep("bob", Buffer.from("2"), carol)).toBe("kept");
    expect(room.take("bob").map(String)).toEqual(["1", "2"]);
    expect(room.take("bob")).toEqual([]);
    expect([alice.queued, carol.queued, carol.queuedBytes]).toEqual([1, 0, 0]);
    room.take("dave");
    expect(room.bytes).toBe(0);
  });

  it("tells each sender once for each destination when time is up", () => {
    const room = createWaitingRoom(limits);
    const [alice, carol] = [sender("alice"), sender("carol")];
    for (const from of [alice, alice, carol]) room.keep("bob", message(10), from);
    room.keep("dave", message(10), alice);
    const told: string[] = [];
    const now = performance.now();
    room.expire(now + peerLimits.expireMs - 1_000, (to, from) => told.push(`${to} ${from.id}`));
    expect(told).toEqual([]);
    room.expire(now + peerLimits.expireMs + 1_000, (to, from) => told.push(`${to} ${from.id}`));
    expect(told).toEqual(["bob alice", "bob carol", "dave alice"]);
    expect([room.bytes, alice.queued, alice.queuedBytes]).toEqual([0, 0, 0]);
  });

  it("has an end for each destination", () => {
    const room = createWaitingRoom(limits);
    const kept = Array.from({ length: 300 }, (_, i) =>
      room.keep("bob", message(10), sender(`${i}`, `10.0.0.${i}`)),
    );
    expect(kept.filter(word => word === "kept")).toHaveLength(peerLimits.queuedPerDestination);
    expect(kept.at(-1)).toBe("full");
    const large = Array.from({ length: 20 }, (_, i) =>
      room.keep("carol", message(60_000), sender(`${i}`, `10.0.1.${i}`)),
    );
    expect(large.filter(word => word === "kept")).toHaveLength(
      Math.floor(peerLimits.queuedBytesPerDestination / 60_200),
    );
  });

  it("has an end for each sender", () => {
    const room = createWaitingRoom(limits);
    const alice = sender("alice");
    const kept = Array.from({ length: 500 }, (_, i) => room.keep(`peer ${i}`, message(10), alice));
    expect(kept.filter(word => word === "kept")).toHaveLength(peerLimits.queuedPerSender);
    const bob = sender("bob");
    const large = Array.from({ length: 20 }, (_, i) => room.keep(`other ${i}`, message(60_000), bob));
    expect(large.filter(word => word === "kept")).toHaveLength(
      Math.floor(peerLimits.queuedBytesPerSender / 60_200),
    );
  });

  it("does not tell a sender twice of the same destination", () => {
    const room = createWaitingRoom(limits);
    const alice = sender("alice");
    const words = Array.from({ length: peerLimits.queuedPerDestination + 1 }, () =>
      room.keep("bob", message(1), alice),
    );
    expect(words.at(-1)).toBe("told");
  });

  it("has an end for each address, and for all together", () => {
    const room = createWaitingRoom({ ...limits, queuedBytesPerAddress: 1_000_000 });
    let of = 0;
    for (let i = 0; i < 100; i += 1) {
      if (room.keep(`peer ${i}`, message(60_000), sender(`${i}`)) === "kept") of += 1;
    }
    expect(of).toBe(16);
    for (let i = 0; i < 3_000; i += 1)
      room.keep(`other ${i}`, message(60_000), sender(`${i}`, `10.0.${i >> 4}.1`));
    expect(room.bytes).toBeLessThanOrEqual(peerLimits.queuedBytes);
    expect(room.bytes).toBeGreaterThan(peerLimits.queuedBytes - 60_200);
  });
});
