import { describe, expect, it } from "vitest";
import type { Resolved } from "../../background/chain/resolved.ts";
import type { CallRecord } from "../../background/phone/ports.ts";
import type { Call } from "../../protocol/call/call.ts";
import { incomingCall, outgoingCall, talkingCall } from "../../protocol/call/call-samples.suite.ts";
import { parseNumber } from "../../protocol/number/number.ts";
import { toCallView, toLineView } from "./call-view.ts";

const unknown = { contact: undefined };
const bob: Resolved = {
  account: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
  chain: { id: 31337, name: "Local" },
  name: "bob.eth",
  number: parseNumber("+999 2000 2000"),
  proofs: {
    ownsNumber: true,
    ownsName: true,
    nameAndNumber: "both",
    nameAndAccount: "both",
    changedHandsAt: 7,
    nameExpired: false,
  },
  accountEpoch: 0,
  revoked: [],
  block: 1n,
  witnesses: 1,
  isOffchain: false,
};

function record(call: Call, more: Partial<CallRecord> = {}): CallRecord {
  const times = {
    began: 1,
    connected: undefined,
    ended: undefined,
    doubt: undefined,
    found: undefined,
    isGuest: false,
  };
  return { id: call.id, call, address: "0xBob", context: undefined, ...times, ...more };
}

describe("a call as panels show it", () => {
  it("bears the user's name for whom it is with, else the address, never more", () => {
    const call = record({ ...incomingCall, proof: "proven" });
    expect(toCallView(call, unknown).peer).toEqual({
      title: "0xBob",
      address: "0xBob",
      proof: "account",
      isContact: false,
    });
    expect(toCallView(call, { contact: "Bob" }).peer).toMatchObject({
      title: "Bob",
      isContact: true,
    });
  });

  it.each([
    ["none", "checking"],
    ["proven", "account"],
    ["waived", "foreign"],
  ] as const)("proof %s is shown as %s", (proof, shown) => {
    expect(toCallView(record({ ...incomingCall, proof }), unknown).peer.proof).toBe(shown);
  });

  it("bears the name that leads to the account, else its number, where the user has no word for it", () => {
    const call = record({ ...incomingCall, proof: "proven" }, { found: bob });
    expect(toCallView(call, unknown).peer).toMatchObject({
      title: "bob.eth",
      known: {
        chain: "Local",
        number: "+999 2000 2000",
        ownsName: true,
        areLinked: true,
        changedHands: 7_000,
      },
    });
    expect(toCallView(call, { contact: "Bob" }).peer.title).toBe("Bob");
    const { name: _, ...nameless } = bob;
    const numbered = toCallView(record(call.call, { found: nameless }), unknown).peer;
    expect(numbered).toMatchObject({ title: "+999 2000 2000", known: { ownsName: false, areLinked: false } });
  });

  it.each(["waived", "none"] as const)(
    "whoever calls with proof %s bears no name of the address claimed",
    proof => {
      const { peer } = toCallView(record({ ...incomingCall, proof }, { found: bob }), { contact: "Bob" });
      expect(peer).toMatchObject({ title: "0xBob", isContact: true });
      expect(peer.known).toBeUndefined();
    },
  );

  it("whom the user dialled bears the user's name; what the chain says of the account does not fit another phone", () => {
    const dialled = (proof: Call["proof"]) =>
      toCallView(record({ ...outgoingCall, proof }, { found: bob }), { contact: "Bob" }).peer;
    expect(dialled("none")).toMatchObject({ title: "Bob", known: { name: "bob.eth" } });
    expect(dialled("waived").title).toBe("Bob");
    expect(dialled("waived").known).toBeUndefined();
  });

  it("an address that leads nowhere ends in the chain's words", () => {
    const ended: Call = { ...outgoingCall, state: { kind: "ended", reason: "not-found", talked: false } };
    expect(toCallView(record(ended, { doubt: "Nobody owns +999 1." }), unknown).said).toBe(
      "Nobody owns +999 1.",
    );
  });

  it("a web page without a phone is a guest, unless it proved who it is", () => {
    const from = (proof: Call["proof"]) => record({ ...incomingCall, proof }, { isGuest: true });
    expect(toCallView(from("waived"), unknown).peer.proof).toBe("guest");
    expect(toCallView(from("proven"), unknown).peer.proof).toBe("account");
  });

  it.each([
    ["opening", "connecting"],
    ["flowing", "talking"],
    ["lost", "reconnecting"],
  ] as const)("talking with media %s is %s", (media, stage) => {
    expect(toCallView(record(talkingCall({ media })), unknown).stage).toBe(stage);
  });

  it("being held is said", () => {
    const call = talkingCall({ holdByMe: true, wantsHold: true, media: "flowing" });
    expect(toCallView(record(call), unknown).stage).toBe("held");
  });

  it("a doubt is said while it lasts, an end in the words of its side", () => {
    expect(toCallView(record(outgoingCall, { doubt: "Their proof is old." }), unknown).said).toBe(
      "Their proof is old.",
    );
    const ended: Call = { ...outgoingCall, state: { kind: "ended", reason: "declined", talked: false } };
    expect(toCallView(record(ended, { doubt: "x" }), unknown)).toMatchObject({
      stage: "ended",
      said: "They declined the call.",
    });
  });

  it("an end for want of a proof says what was wrong with it", () => {
    const ended: Call = {
      ...outgoingCall,
      state: { kind: "ended", reason: "identity-failed", talked: false },
    };
    const rang = record({ ...ended, proof: "proven" }, { doubt: "The message was changed on its way." });
    expect(toCallView(rang, unknown)).toMatchObject({
      said: "The call was stopped: whoever answered could not prove who they are. The message was changed on its way.",
      peer: { proof: "refuted" },
    });
  });

  it("one of two that crossed says in which it goes on", () => {
    const successor = incomingCall.id;
    const state = { kind: "ended", reason: "glare", talked: false, successor } as const;
    expect(toCallView(record({ ...outgoingCall, state }), unknown).goesOnIn).toBe(successor);
  });

  it("the time counts from the connection, and is absent before", () => {
    expect(toCallView(record(outgoingCall), unknown).since).toBeUndefined();
    expect(toCallView(record(outgoingCall, { connected: 77 }), unknown).since).toBe(77);
  });
});

it.each([
  [{ name: "off" }, "signed-out"],
  [{ name: "connecting" }, "connecting"],
  [{ name: "down" }, "waiting"],
  [{ name: "refused", status: 403, said: "No." }, "refused"],
] as const)("a line that is %j is %s, in a sentence", (state, shown) => {
  expect(toLineView(state)).toEqual({ state: shown, said: expect.stringMatching(/\w/) });
});
