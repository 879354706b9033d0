import { describe, expect, it } from "vitest";
import type { CallEntry } from "../../background/phone/ports.ts";
import { sentenceOf } from "../../protocol/call/end-sentence.ts";
import { createPerson } from "./phone-device.ts";
import { startNode } from "./test-node.ts";
import { createPair, createTestPhone, domain, talk } from "./test-phone.ts";

const say = ({ reason, direction }: CallEntry) => sentenceOf(reason, direction);

async function start(bobs = {}, alices = {}) {
  const node = await startNode({ domain });
  return { node, ...(await createPair([node.url], bobs, alices)) };
}

describe("two phones", () => {
  it("call, ring, accept and talk, each proven to the other", async () => {
    const { alice, bob } = await start();
    const id = alice.kit.dial(bob.person.account);
    const ringing = await bob.until(({ call }) => call.state.kind === "ringing-in" && call.state.alerting);
    expect(ringing.call).toMatchObject({
      peer: alice.person.account,
      proof: "proven",
      direction: "incoming",
    });
    await expect.poll(() => bob.tones).toContain(`ringtone ${id}`);
    await alice.reach("ringing-out");
    await expect.poll(() => alice.tones).toContain(`ringback ${id}`);
    // Nobody has an open microphone before both are proven.
    expect(alice.media.opened[0]?.commands).toEqual([]);
    bob.kit.accept(id);
    const [here, there] = await Promise.all([alice.reach("active"), bob.reach("active")]);
    expect(here.call).toMatchObject({ peer: bob.person.account, proof: "proven" });
    expect(there.connected).toBeGreaterThanOrEqual(there.began);
    await expect.poll(() => [...alice.tones, ...bob.tones]).toEqual([]);
  });

  it("exchange what media needs, candidates included", async () => {
    const { alice, bob } = await start();
    await talk(alice, bob);
    const isTold = (phone: typeof alice) =>
      phone.media.opened[0]?.commands.some(command => command.do === "take-candidates");
    await expect.poll(() => isTold(alice) && isTold(bob)).toBe(true);
    expect(alice.media.opened[0]?.commands.map(command => command.do)).toContain("make-answer");
    expect(bob.media.opened[0]?.commands.map(command => command.do)).toContain("take-answer");
  });

  it.each(["caller", "callee"])("hang up from the %s's side, and both logs say so", async side => {
    const { alice, bob } = await start();
    const id = await talk(alice, bob);
    const [one, other] = side === "caller" ? [alice, bob] : [bob, alice];
    one.kit.tell(id, "hang-up");
    expect(say(await one.entry())).toBe("You hung up.");
    expect(say(await other.entry())).toBe("They hung up.");
    await Promise.all([alice.reach("ended"), bob.reach("ended")]);
    expect(alice.entries).toHaveLength(1);
    expect(alice.media.opened.every(call => call.isClosed)).toBe(true);
    expect(bob.media.opened.every(call => call.isClosed)).toBe(true);
  });

  it("decline", async () => {
    const { alice, bob } = await start();
    const id = alice.kit.dial(bob.person.account);
    await bob.reach("ringing-in");
    bob.kit.tell(id, "decline");
    expect(say(await alice.entry())).toBe("They declined the call.");
    expect(say(await bob.entry())).toBe("You declined the call.");
    expect([...bob.tones]).toEqual([]);
  });

  it("cancel: the ringing stops, and a missed call is noted", async () => {
    const { alice, bob } = await start();
    const id = alice.kit.dial(bob.person.account);
    await alice.reach("ringing-out");
    alice.kit.tell(id, "hang-up");
    expect(say(await bob.entry())).toBe("Missed call: they stopped calling.");
    expect(say(await alice.entry())).toBe("You cancelled the call.");
    await expect.poll(() => bob.notices).toEqual(["missed-call"]);
    expect([...bob.tones]).toEqual([]);
    await alice.reach("ended");
  });

  it("no answer: the callee's phone rings for a minute, and says so", async () => {
    const { alice, bob } = await start({ speed: 60 });
    alice.kit.dial(bob.person.account);
    expect(say(await alice.entry())).toBe("Nobody answered.");
    expect(say(await bob.entry())).toBe("Missed call: you did not answer in time.");
    expect(bob.sounded).toHaveLength(1);
    await expect.poll(() => [...alice.tones, ...bob.tones]).toEqual([]);
  });

  it("no answer: the caller's patience ends too", async () => {
    const { alice, bob } = await start({}, { speed: 60 });
    alice.kit.dial(bob.person.account);
    expect(say(await alice.entry())).toBe("Nobody answered.");
    expect((await bob.entry()).talked).toBe(false);
    await expect.poll(() => [...alice.tones, ...bob.tones]).toEqual([]);
  });

  it("busy: who takes one call at a time says so", async () => {
    const node = await startNode({ domain });
    const { alice, bob } = await createPair([node.url], { screens: { mostCalls: 1 } });
    await talk(alice, bob);
    const carol = await createTestPhone({ urls: [node.url] });
    carol.kit.dial(bob.person.account);
    expect(say(await carol.entry())).toBe("They are in another call.");
    expect(say(await bob.entry())).toBe("Missed call: you were in another call.");
    expect(bob.sounded).toHaveLength(1);
  });

  it("a second call waits; accepting it puts the first on hold", async () => {
    const node = await startNode({ domain });
    const { alice, bob } = await createPair([node.url]);
    const first = await talk(alice, bob);
    const carol = await createTestPhone({ urls: [node.url] });
    const second = await talk(carol, bob);
    const held = await alice.reach("held");
    expect(held.call.id).toBe(first);
    expect(held.call.state).toMatchObject({ talk: { holdByThem: true, holdByMe: false } });
    bob.kit.tell(second, "hang-up");
    await carol.reach("ended");
    bob.kit.tell(first, "resume");
    await alice.until(({ call }) => call.state.kind === "active" && call.state.talk.media === "flowing");
  });

  it("an account that nobody has on line is offline", async () => {
    const { alice } = await start();
    alice.kit.dial(createPerson().account);
    expect(say(await alice.entry())).toBe("Their phone cannot be reached now.");
    alice.kit.dial("sip:nobody@closed.example");
    await alice.until(({ call }) => call.state.kind === "ended" && call.state.reason === "not-found");
  });

  it("a callee who signs out is offline", async () => {
    const { alice, bob } = await start();
    bob.kit.line.stop();
    await bob.lineIs("off");
    alice.kit.dial(bob.person.account);
    expect(say(await alice.entry())).toBe("Their phone cannot be reached now.");
  });

  it("a phone that cannot ring does not say that it rings", async () => {
    const { alice, bob } = await start({ isMute: true });
    alice.kit.dial(bob.person.account);
    expect(say(await alice.entry())).toBe("Their phone cannot be reached now.");
    expect(say(await bob.entry())).toBe("Missed call: this phone could not ring.");
    expect(alice.sounded).toEqual([]);
  });

  it("blocked callers hear that they are not wanted, and nothing rings; do not disturb looks offline", async () => {
    const { alice, bob } = await start({ screens: { isBlocked: async () => true } });
    alice.kit.dial(bob.person.account);
    expect(say(await alice.entry())).toBe("They do not want calls from you.");
    expect(bob.sounded).toEqual([]);
    const resting = await start({ screens: { doesNotDisturb: () => true } });
    resting.alice.kit.dial(resting.bob.person.account);
    expect(say(await resting.alice.entry())).toBe("Their phone cannot be reached now.");
    await expect.poll(() => resting.bob.notices).toEqual(["missed-call"]);
  });

  it("names and numbers are refused in words before anything is sent", async () => {
    const { alice } = await start();
    expect(() => alice.kit.dial("alice.eth")).toThrow("has none to ask");
    expect(() => alice.kit.dial("+999 1234 5678")).toThrow("has none to ask");
    expect(alice.kit.calls.list()).toEqual([]);
  });

  it("the context of the business goes with the call, signed", async () => {
    const { alice, bob } = await start();
    const context = { chainId: 1, order: "A-17", origin: "https://otc.example", title: "Zoë's order" };
    alice.kit.dial(bob.person.account, context);
    expect((await bob.reach("ringing-in")).context).toEqual(context);
  });

  it("for contacts the connection is prepared while it rings", async () => {
    const { alice, bob } = await start({ screens: { isPrepared: async () => true } });
    const id = alice.kit.dial(bob.person.account);
    await Promise.all([alice.reach("early-out"), bob.reach("early-in")]);
    expect(alice.media.opened[0]?.commands.map(({ do: what }) => what)).not.toContain("open-microphone");
    await bob.until(({ call }) => call.state.kind === "early-in" && call.state.alerting);
    bob.kit.accept(id);
    await Promise.all([alice.reach("active"), bob.reach("active")]);
    bob.kit.tell(id, "hang-up");
    await Promise.all([alice.reach("ended"), bob.reach("ended")]);
  });
});

describe("glare", () => {
  it("of two calls that cross one comes, without ringing", async () => {
    const { alice, bob } = await start();
    alice.kit.dial(bob.person.account);
    bob.kit.dial(alice.person.account);
    const [here, there] = await Promise.all([alice.reach("active"), bob.reach("active")]);
    expect(here.call.id).toBe(there.call.id);
    expect([...alice.sounded, ...bob.sounded].filter(tone => tone.startsWith("ringtone"))).toEqual([]);
    alice.kit.tell(here.call.id, "hang-up");
    await Promise.all([alice.entry(), bob.entry()]);
    expect([alice.entries.length, bob.entries.length]).toEqual([1, 1]);
  });

  it("who dials somebody that is ringing them accepts", async () => {
    const { alice, bob } = await start();
    const id = alice.kit.dial(bob.person.account);
    await bob.until(({ call }) => call.state.kind === "ringing-in" && call.state.alerting);
    expect(bob.kit.dial(alice.person.account)).toBe(id);
    await Promise.all([alice.reach("active"), bob.reach("active")]);
  });
});

describe("two devices of one account", () => {
  it("both ring; one answers, the other is told so", async () => {
    const { node, alice, bob } = await start();
    const desk = await createTestPhone({ urls: [node.url], person: bob.person });
    const id = alice.kit.dial(bob.person.account);
    await Promise.all([bob.reach("ringing-in"), desk.reach("ringing-in")]);
    await desk.until(({ call }) => call.state.kind === "ringing-in" && call.state.alerting);
    desk.kit.accept(id);
    await Promise.all([alice.reach("active"), desk.reach("active")]);
    expect(say(await bob.entry())).toBe("The call was answered on another device.");
    expect(bob.notices).toEqual([]);
    expect([...bob.tones]).toEqual([]);
  });

  it("one declines, and the other stops ringing too", async () => {
    const { node, alice, bob } = await start();
    const desk = await createTestPhone({ urls: [node.url], person: bob.person });
    const id = alice.kit.dial(bob.person.account);
    await Promise.all([bob.reach("ringing-in"), desk.reach("ringing-in")]);
    desk.kit.tell(id, "decline");
    expect(say(await alice.entry())).toBe("They declined the call.");
    await bob.entry();
    expect([...bob.tones]).toEqual([]);
  });
});
