import { describe, expect, it, onTestFinished } from "vitest";
import { sealBody } from "../../background/identity/sealed-body.ts";
import type { CallEntry } from "../../background/phone/ports.ts";
import { createReplayMemory } from "../../background/store/replay-memory.ts";
import { createDisk } from "../../background/store/rig.suite.ts";
import { openVault } from "../../background/store/vault.ts";
import { sentenceOf } from "../../protocol/call/end-sentence.ts";
import { toScopeBits } from "../../protocol/words/delegation.ts";
import { formatFingerprint } from "../../protocol/words/media-key.ts";
import { attacksOnInvite, flip, on } from "./attacks.ts";
import { toFalseAnswer } from "./false-answer.ts";
import { bodyOf, startHostileProxy, withBodyText, withLine } from "./hostile-proxy.ts";
import { createPerson } from "./phone-device.ts";
import { hiddenAddress } from "./scripted-media.ts";
import { oneOf, type SipText, tagOf } from "./sip-text.ts";
import { startNode } from "./test-node.ts";
import { createTestPhone, domain, type TestPhone, talk } from "./test-phone.ts";

const say = ({ reason, direction }: CallEntry) => sentenceOf(reason, direction);
const unproven = {
  answer: "The call was stopped: whoever answered could not prove who they are.",
  caller: "The call was stopped: the caller could not prove who they are.",
  toThem: "The call was stopped: on the other side it could not be proved that it was you who called.",
};
const context = { chainId: 1, order: "A-17", origin: "https://otc.example" };

/** Alice behind a proxy that is her enemy; Bob straight at the node. */
async function start() {
  const node = await startNode({ domain });
  const proxy = await startHostileProxy(node.url);
  const [alice, bob] = await Promise.all([
    createTestPhone({ urls: [proxy.url] }),
    createTestPhone({ urls: [node.url] }),
  ]);
  return { node, proxy, alice, bob };
}

function neverOpened({ media, sounded }: TestPhone) {
  const done = media.opened.flatMap(call => call.commands.map(command => command.do));
  expect(done).not.toContain("open-microphone");
  expect(done).not.toContain("make-answer");
  return sounded;
}

describe("a node sees", () => {
  it("neither addresses nor descriptions of a call", async () => {
    const { proxy, alice, bob } = await start();
    const id = await talk(alice, bob);
    const told = () => proxy.seen.filter(({ text }) => text.startsWith("INFO ")).length;
    await expect.poll(told).toBeGreaterThanOrEqual(2);
    alice.kit.tell(id, "hold");
    await bob.reach("held");
    alice.kit.tell(id, "hang-up");
    await Promise.all([alice.reach("ended"), bob.reach("ended")]);
    const all = proxy.seen.map(({ text }) => text).join("\n");
    expect(all).toContain("application/etherlynk-sealed");
    for (const hidden of [hiddenAddress, "a=candidate", "a=fingerprint", "m=audio", "ice-pwd"]) {
      expect(all).not.toContain(hidden);
    }
  });
});

describe("who calls is refused in words, and nothing rings, when on the way", () => {
  it.each(attacksOnInvite)("%s", async (_what, doubt, change) => {
    const { proxy, alice, bob } = await start();
    proxy.alter(on("up", /^INVITE/, change));
    alice.kit.dial(bob.person.account, context);
    expect(say(await bob.entry())).toBe(unproven.caller);
    expect(say(await alice.entry())).toBe(unproven.toThem);
    expect(bob.kit.calls.list()[0]?.doubt).toBe(doubt);
    expect(neverOpened(bob)).toEqual([]);
  });
});

describe("who calls somebody else", () => {
  it("does not ring here, wherever a node brings the call", async () => {
    const { node, proxy: carols, alice: carol, bob: alice } = await start();
    const bobs = await startHostileProxy(node.url);
    const bob = await createTestPhone({ urls: [bobs.url] });
    carols.alter((direction, message, text) => {
      if (direction !== "down" || message.method !== "INVITE") return text;
      bobs.inject(text);
      return undefined;
    });
    alice.kit.dial(carol.person.account);
    expect(say(await bob.entry())).toBe(unproven.caller);
    expect(bob.kit.calls.list()[0]?.doubt).toBe("This call is for somebody else.");
    expect(bob.sounded).toEqual([]);
  });
});

describe("who answers is not believed, and no microphone opens, when on the way", () => {
  it("the answer's body is changed", async () => {
    const { proxy, alice, bob } = await start();
    proxy.alter(on("down", /^SIP\/2.0 200/, text => withBodyText(text, flip(bodyOf(text)))));
    await answered(alice, bob, "The message was changed on its way.");
  });

  it("the answer's identity is taken away", async () => {
    const { proxy, alice, bob } = await start();
    proxy.alter(on("down", /^SIP\/2.0 200/, text => withLine(text, "Identity", undefined)));
    await answered(alice, bob, "Whoever answered did not say who they are.");
  });

  it("the word of a mere ringing is made an answer", async () => {
    const { proxy, alice, bob } = await start();
    let ringing = "";
    proxy.alter(
      on("down", /^SIP\/2.0 (180|200)/, (text, message) => {
        if (message.status === 180) ringing = oneOf(message, "Identity");
        return message.status === 180 ? text : withLine(text, "Identity", ringing);
      }),
    );
    await answered(alice, bob, "This identity is of another answer.");
  });

  it("a ringing is not believed either, and there is no ringback", async () => {
    const { proxy, alice, bob } = await start();
    proxy.alter(on("down", /^SIP\/2.0 180/, text => withLine(text, "Identity", undefined)));
    const id = alice.kit.dial(bob.person.account);
    await bob.until(({ call }) => call.state.kind === "ringing-in" && call.state.alerting);
    await alice.until(({ call }) => call.forks.some(fork => fork.rang === "refused"));
    expect(alice.sounded).toEqual([]);
    alice.kit.tell(id, "hang-up");
    await bob.entry();
  });

  it("the node answers by itself, as whoever it likes", async () => {
    const { proxy, alice, bob } = await start();
    const eve = await createPerson().device();
    proxy.alter(
      on("up", /^INVITE/, text => {
        void toFalseAnswer(eve, text).then(proxy.inject);
        return undefined;
      }),
    );
    alice.kit.dial(bob.person.account, context);
    expect(say(await alice.entry())).toBe(unproven.answer);
    expect(alice.kit.calls.list()[0]?.doubt).toBe(
      "The device belongs to another account than the one it speaks for.",
    );
    neverOpened(alice);
  });

  async function answered(alice: TestPhone, bob: TestPhone, doubt: string) {
    const id = alice.kit.dial(bob.person.account);
    await bob.until(({ call }) => call.state.kind === "ringing-in" && call.state.alerting);
    bob.kit.accept(id);
    expect(say(await alice.entry())).toBe(unproven.answer);
    expect(alice.kit.calls.list()[0]?.doubt).toBe(doubt);
    neverOpened(alice);
    expect((await bob.entry()).talked).toBe(false);
    await Promise.all([alice.reach("ended"), bob.reach("ended")]);
  }
});

describe("a call fails loudly when", () => {
  it("the answer in the ACK is changed on its way", async () => {
    const { proxy, alice, bob } = await start();
    proxy.alter(on("up", /^ACK/, text => withBodyText(text, flip(bodyOf(text)))));
    const id = alice.kit.dial(bob.person.account);
    await bob.until(({ call }) => call.state.kind === "ringing-in" && call.state.alerting);
    bob.kit.accept(id);
    expect((await bob.entry()).reason).toBe("identity-failed");
    expect((await alice.entry()).reason).toBe("identity-refused");
    expect(bob.media.opened[0]?.commands.map(({ do: what }) => what)).not.toContain("take-answer");
  });

  it("the answer in the ACK is written by another device, whatever it says", async () => {
    const { proxy, alice, bob } = await start();
    const eve = await createPerson().device();
    let offered: SipText | undefined;
    proxy.alter((direction, message, text) => {
      if (direction === "down" && message.status === 200 && oneOf(message, "CSeq") === "1 INVITE")
        offered = message;
      if (direction !== "up" || message.method !== "ACK" || offered === undefined) return text;
      const place = [
        oneOf(message, "Call-ID"),
        tagOf(oneOf(message, "From")),
        tagOf(oneOf(message, "To")),
        "ACK 1",
      ];
      const peer = bob.device.delegation.delegation.sealKey;
      const plain = { mediaType: "application/sdp", body: "v=0\r\n" };
      void sealBody({ device: eve, peer, place }, plain).then(body =>
        proxy.injectUp(withBodyText(text, body)),
      );
      return undefined;
    });
    const id = alice.kit.dial(bob.person.account, context);
    await bob.until(({ call }) => call.state.kind === "ringing-in" && call.state.alerting);
    bob.kit.accept(id);
    expect((await bob.entry()).reason).toBe("identity-failed");
    expect(bob.media.opened[0]?.commands.map(({ do: what }) => what)).not.toContain("take-answer");
    await alice.entry();
  });

  it("an SDP has another certificate than was signed, on any of its lines", async () => {
    const { alice, bob } = await start();
    const other = `a=fingerprint:${formatFingerprint({ alg: "sha-256", dig: "CD".repeat(32) })}`;
    bob.media.script(sdp => {
      const at = sdp.lastIndexOf("a=fingerprint:");
      return sdp.slice(0, at) + other + sdp.slice(sdp.indexOf("\r\n", at));
    });
    const id = alice.kit.dial(bob.person.account, context);
    await bob.until(({ call }) => call.state.kind === "ringing-in" && call.state.alerting);
    bob.kit.accept(id);
    expect(say(await alice.entry())).toBe(unproven.answer);
    expect(alice.kit.calls.list()[0]?.doubt).toBe("The connection offered is not the one that was signed.");
    expect(alice.media.opened[0]?.commands.map(({ do: what }) => what)).not.toContain("make-answer");
    expect((await bob.entry()).reason).toBe("identity-refused");
  });
});

describe("delegations", () => {
  const past = Math.floor(Date.now() / 1_000) - 7_200;
  const cases = [
    ["ended", { issued: past, expiry: past + 3_600 }, "This device's permission has ended. Sign in again."],
    ["not for calling", { scopes: toScopeBits(["register"]) }, "This device is not allowed to do that."],
    ["of another wallet", { account: createPerson().account }, "The wallet did not allow this device."],
  ] as const;

  // An open node asks nobody who they are: what is refused here, phones refuse.
  it.each(cases)("%s do not ring", async (_what, over, doubt) => {
    const node = await startNode({ domain, open: true });
    const person = createPerson();
    const alice = await createTestPhone({ urls: [node.url], person, device: await person.device(over) });
    const bob = await createTestPhone({ urls: [node.url] });
    alice.kit.dial(bob.person.account);
    expect(say(await bob.entry())).toBe(unproven.caller);
    expect(bob.kit.calls.list()[0]?.doubt).toBe(doubt);
    expect(neverOpened(bob)).toEqual([]);
    expect((await alice.entry()).reason).toBe("identity-refused");
  });
});

describe("an INVITE that was seen before does not ring", () => {
  it("again after its CANCEL, nor after the phone has restarted", async () => {
    const node = await startNode({ domain });
    const proxy = await startHostileProxy(node.url);
    const disk = createDisk();
    const memory = async () => {
      const db = await disk.open();
      onTestFinished(() => db.close());
      return createReplayMemory(db, await openVault(db, Date.now()));
    };
    const alice = await createTestPhone({ urls: [node.url] });
    const bob = await createTestPhone({ urls: [proxy.url], replays: await memory() });
    const id = alice.kit.dial(bob.person.account, context);
    await bob.until(({ call }) => call.state.kind === "ringing-in" && call.state.alerting);
    alice.kit.tell(id, "hang-up");
    await bob.reach("ended");
    const invite = proxy.seen.find(({ text }) => text.startsWith("INVITE "))?.text ?? "";
    const replay = (branch: string) =>
      proxy.inject(invite.replace(/branch=[^;\r]+/, `branch=z9hG4bK${branch}`));
    const answer = (branch: string) =>
      expect.poll(
        () =>
          proxy.seen.find(({ direction, text }) => {
            return direction === "up" && text.includes(branch) && /^SIP\/2.0 [2-6]/.test(text);
          })?.text,
      );

    replay("again");
    await answer("again").toMatch(/^SIP\/2.0 482 /);
    expect(bob.sounded).toHaveLength(1);

    bob.quit();
    const { person, device } = bob;
    const reborn = await createTestPhone({ urls: [proxy.url], person, device, replays: await memory() });
    replay("reborn");
    await answer("reborn").toMatch(/^SIP\/2.0 438 /);
    expect(reborn.sounded).toEqual([]);
    expect(say(await reborn.entry())).toBe(unproven.caller);
  });
});
