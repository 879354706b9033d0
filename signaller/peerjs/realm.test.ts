import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { peerLimits } from "../../protocol/peer/limits.ts";
import { limits } from "../limits.ts";
import type { Wire } from "../wire.ts";
import { type Bridge, Realm } from "./realm.ts";
import type { Session } from "./session.ts";

/** A wire that keeps what was sent. */
interface FakeWire extends Wire {
  readonly sent: Record<string, unknown>[];
  closed: boolean;
  readonly goodbyes: string[];
}

let ids = 0;
function fakeWire(address = "192.0.2.1"): FakeWire {
  ids += 1;
  return {
    id: ids,
    address,
    closed: false,
    sent: [],
    goodbyes: [],
    send(payload, tail = "", end = payload.length) {
      if (this.closed) return false;
      this.sent.push(JSON.parse(Buffer.from(payload as Buffer).toString("utf8", 0, end) + tail));
      return true;
    },
    close(code, reason) {
      if (!this.closed) this.goodbyes.push(`${code} ${reason}`);
      this.closed = true;
    },
  };
}

interface Client {
  readonly wire: FakeWire;
  readonly session: Session | undefined;
  say(message: unknown): void;
  drop(clean?: boolean): void;
}

let realm: Realm;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance", "setInterval", "clearInterval"] });
  realm = new Realm(limits);
});
afterEach(() => {
  realm.close();
  vi.useRealTimers();
});

function join(id: string, token = "token", address = "192.0.2.1"): Client {
  const wire = fakeWire(address);
  const session = realm.admit({ id, token, key: "peerjs" }, wire);
  return {
    wire,
    session,
    say(message) {
      const text = typeof message === "string" ? message : JSON.stringify(message);
      session?.onMessage(Buffer.from(text), false);
    },
    drop(clean = false) {
      wire.closed = true;
      session?.onClose(clean);
    },
  };
}

const offer = (dst: string) => ({ type: "OFFER", payload: { sdp: "v=0" }, dst });

describe("a PeerJS client", () => {
  it("gets OPEN, and messages of others with their true source", () => {
    const [alice, bob] = [join("alice"), join("bob")];
    alice.say({ ...offer("bob"), src: "mallory" });
    alice.say(offer("bob"));
    const from = { type: "OFFER", payload: { sdp: "v=0" }, dst: "bob", src: "alice" };
    expect(bob.wire.sent).toEqual([{ type: "OPEN" }, from, from]);
    expect(alice.wire.sent).toEqual([{ type: "OPEN" }]);
    expect(realm.counts.relayed).toBe(2);
  });

  it("may call itself", () => {
    const alice = join("alice");
    alice.say(offer("alice"));
    expect(alice.wire.sent.at(-1)).toMatchObject({ src: "alice", dst: "alice" });
  });

  it("gets what waited for it behind its OPEN", () => {
    const alice = join("alice");
    alice.say(offer("bob"));
    alice.say({ type: "CANDIDATE", payload: { candidate: "c" }, dst: "bob" });
    vi.advanceTimersByTime(peerLimits.expireMs - 500);
    const bob = join("bob");
    expect(bob.wire.sent.map(({ type }) => type)).toEqual(["OPEN", "OFFER", "CANDIDATE"]);
    vi.advanceTimersByTime(10_000);
    expect(alice.wire.sent).toEqual([{ type: "OPEN" }]);
  });

  it("is told once, after 5 s, of a peer that does not come", () => {
    const alice = join("alice");
    for (let i = 0; i < 20; i += 1) alice.say(offer("nobody"));
    vi.advanceTimersByTime(peerLimits.expireMs - 500);
    expect(alice.wire.sent).toHaveLength(1);
    vi.advanceTimersByTime(1_000);
    expect(alice.wire.sent.slice(1)).toEqual([{ type: "EXPIRE", src: "nobody", dst: "alice" }]);
  });

  it("is told at once of what cannot even wait", () => {
    const alice = join("alice");
    for (let i = 0; i < peerLimits.queuedPerSender + 3; i += 1) alice.say(offer(`absent-${i}`));
    const full = Array.from({ length: 3 }, (_, i) => `absent-${peerLimits.queuedPerSender + i}`);
    expect(alice.wire.sent.slice(1).map(({ src }) => src)).toEqual(full);
  });

  it("is not told of messages it sent on an earlier connection under another owner", () => {
    const first = join("alice", "one");
    first.say(offer("nobody"));
    first.drop(true);
    const second = join("alice", "two");
    vi.advanceTimersByTime(10_000);
    expect(second.wire.sent).toEqual([{ type: "OPEN" }]);
  });
});

describe("an id", () => {
  it("is taken for another token, which is told and closed", () => {
    const alice = join("alice", "one");
    const thief = join("alice", "two");
    expect(thief.session).toBeUndefined();
    expect(thief.wire.sent).toEqual([{ type: "ID-TAKEN", payload: { msg: "ID is taken" } }]);
    expect(thief.wire.goodbyes).toHaveLength(1);
    join("bob").say(offer("alice"));
    expect(alice.wire.sent).toHaveLength(2);
  });

  it("moves to a new connection with the same token, which gets its OPEN; the old one is closed", () => {
    const old = join("alice");
    const anew = join("alice");
    expect(anew.wire.sent).toEqual([{ type: "OPEN" }]);
    expect(old.wire.goodbyes).toHaveLength(1);
    old.drop();
    const bob = join("bob");
    bob.say(offer("alice"));
    expect(anew.wire.sent.at(-1)).toMatchObject({ src: "bob" });
    expect(old.wire.sent).toHaveLength(1);
    expect(realm.size).toBe(2);
  });

  it("is free at once after a goodbye, by close frame or by LEAVE", () => {
    const first = join("alice", "one");
    first.drop(true);
    const second = join("alice", "two");
    expect(second.wire.sent).toEqual([{ type: "OPEN" }]);
    second.say({ type: "LEAVE" });
    expect(second.wire.goodbyes).toEqual(["1000 Goodbye."]);
    expect(join("alice", "three").wire.sent).toEqual([{ type: "OPEN" }]);
  });

  it("stays with its token for a while when the socket merely dropped", () => {
    const alice = join("alice", "one");
    alice.drop();
    expect(join("alice", "two").session).toBeUndefined();
    expect(realm.has("alice")).toBe(false);
    expect(realm.size).toBe(0);
    expect(join("alice", "one").wire.sent).toEqual([{ type: "OPEN" }]);
    expect(realm.size).toBe(1);
  });

  it("is free when whoever dropped does not come back", () => {
    join("alice", "one").drop();
    vi.advanceTimersByTime(peerLimits.reconnectMs + 500);
    expect(join("alice", "two").wire.sent).toEqual([{ type: "OPEN" }]);
  });

  it("keeps what is sent to it while its owner changes networks", () => {
    const [alice, bob] = [join("alice"), join("bob")];
    alice.drop();
    bob.say(offer("alice"));
    expect(bob.wire.sent).toHaveLength(1);
    expect(join("alice").wire.sent.map(({ type }) => type)).toEqual(["OPEN", "OFFER"]);
  });
});

describe("what no node relays", () => {
  it("is another client's LEAVE or EXPIRE, and the news that a socket dropped", () => {
    const [alice, bob] = [join("alice"), join("bob")];
    alice.say({ type: "LEAVE", dst: "bob" });
    alice.say({ type: "EXPIRE", dst: "bob" });
    alice.say({ type: "LEAVE", dst: "bob", src: "carol" });
    alice.drop();
    vi.advanceTimersByTime(60_000);
    expect(bob.wire.sent).toEqual([{ type: "OPEN" }]);
    expect(realm.counts.ignored).toBe(3);
  });

  it("is what is no message: its sender is told, and closed when it goes on", () => {
    const [alice, bob] = [join("alice"), join("bob")];
    for (let i = 0; i <= peerLimits.malformedMessages; i += 1) alice.say("null");
    expect(alice.wire.sent.slice(1).every(({ type }) => type === "ERROR")).toBe(true);
    expect(alice.wire.sent).toHaveLength(peerLimits.malformedMessages + 2);
    expect(alice.wire.goodbyes).toEqual(["1008 Too many malformed messages."]);
    expect(bob.wire.sent).toHaveLength(1);
  });

  it("is binary", () => {
    const [alice, bob] = [join("alice"), join("bob")];
    alice.session?.onMessage(Buffer.from(JSON.stringify(offer("bob"))), true);
    expect(alice.wire.sent.at(-1)).toMatchObject({ type: "ERROR" });
    expect(bob.wire.sent).toHaveLength(1);
  });
});

describe("the bridge", () => {
  it("gets messages to whatever can be no PeerJS client, and only those", () => {
    const bridge = vi.fn<Bridge>(() => true);
    realm.bridgeTo(bridge);
    const alice = join("alice");
    for (const dst of ["sip:bob@node.example", "bob.eth", "+99912345678", "99912345678", "0xabc", "nobody"]) {
      alice.say(offer(dst));
    }
    expect(bridge.mock.calls.map(([destination]) => destination)).toEqual([
      "sip:bob@node.example",
      "bob.eth",
      "+99912345678",
      "99912345678",
      "0xabc",
    ]);
    const [, message, from] = bridge.mock.calls[0] ?? [];
    expect(message).toMatchObject({ type: "OFFER", payload: { sdp: "v=0" }, dst: "sip:bob@node.example" });
    expect(from).toMatchObject({ id: "alice", address: "192.0.2.1" });
  });

  it("is not asked what cannot be read", () => {
    const bridge = vi.fn<Bridge>(() => true);
    realm.bridgeTo(bridge);
    const alice = join("alice");
    alice.say('{"type":"OFFER","payload":{{},"dst":"0xabc"}');
    expect(bridge).not.toHaveBeenCalled();
    expect(alice.wire.sent.at(-1)).toMatchObject({ type: "ERROR" });
  });

  it("that finds nobody makes an EXPIRE at once", () => {
    const alice = join("alice");
    alice.say(offer("bob.eth"));
    expect(alice.wire.sent.at(-1)).toEqual({ type: "EXPIRE", src: "bob.eth", dst: "alice" });
  });

  it("sends clients messages whose source is a SIP address", () => {
    const alice = join("alice");
    const message = { type: "ANSWER", payload: { sdp: "ü" }, src: "sip:bob@node.example" } as const;
    expect(realm.deliver("alice", message)).toBe(true);
    expect(alice.wire.sent.at(-1)).toEqual(message);
    expect(realm.deliver("nobody", message)).toBe(false);
    alice.drop();
    expect(realm.deliver("alice", message)).toBe(false);
  });
});
