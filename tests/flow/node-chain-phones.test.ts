import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createClock } from "../../background/base/clock.ts";
import { deviceIdOf } from "../../background/identity/device-keys.ts";
import { parseNumber } from "../../protocol/number/number.ts";
import { formatRegInfo, type NumberNews } from "../../protocol/sip/reg-info.ts";
import { endEpoch, revokeDevice } from "../../scripts/chain/home.ts";
import { type ChainStage, createTestResolver, startChainStage } from "./chain-stage.ts";
import { startHostileProxy } from "./hostile-proxy.ts";
import { deviceOf, enter, loaded, startChainNode, transfer, until } from "./node-chain-stage.ts";
import { createPerson } from "./phone-device.ts";
import { cseqOf } from "./sip-text.ts";
import type { TestNode } from "./test-node.ts";
import { createTestPhone, type TestPhone, type TestPhoneOptions } from "./test-phone.ts";

const [ALICE, BOB, CAROL] = [0, 1, 2];
const domain = "one.example";
const bobsNumber = parseNumber("+999 2000 2000");

let stage: ChainStage;
let snapshot: unknown;

beforeAll(async () => {
  stage = await startChainStage();
}, 60_000);
beforeEach(async () => {
  snapshot = await stage.request("evm_snapshot");
});
afterEach(async () => {
  await stage.request("evm_revert", [snapshot]);
});

async function start(): Promise<TestNode> {
  const node = await startChainNode(stage);
  await loaded(node);
  return node;
}

function phoneOf(node: TestNode, index: number, more: Partial<TestPhoneOptions> = {}): Promise<TestPhone> {
  const person = createPerson(stage.chain.accounts.at(index)?.privateKey);
  // A new phone for each look: what it has learnt is good for some seconds, and these tests wait for none.
  const directory = createTestResolver([stage.entry], createClock());
  const chainId = stage.entry.id;
  return createTestPhone({ person, directory, domain, chainId, urls: [node.url], ...more });
}

const isRinging = (phone: TestPhone) =>
  phone.until(({ call }) => call.state.kind === "ringing-in" && call.state.alerting);

describe("a phone that calls a number", () => {
  it("rings its owner, proven, who may hang up", async () => {
    const node = await start();
    const [alice, bob] = [await phoneOf(node, ALICE), await phoneOf(node, BOB)];
    const id = alice.kit.dial(bobsNumber);
    await isRinging(bob);
    bob.kit.accept(id);
    const { call } = await alice.until(it => it.id === id && it.call.state.kind === "active");
    expect(call).toMatchObject({ peer: bob.person.account, proof: "proven" });
    bob.kit.tell(id, "hang-up");
    expect((await alice.entry()).reason).toBe("hung-up-by-them");
  });

  it("hears that it was sold while it rang, that its buyer is awaited, and then the buyer", async () => {
    const node = await start();
    const [alice, bob] = [await phoneOf(node, ALICE), await phoneOf(node, BOB)];
    alice.kit.dial(bobsNumber);
    await isRinging(bob);
    await transfer(stage, bobsNumber, { from: BOB, to: CAROL });
    expect((await alice.entry()).reason).toBe("gone");
    expect((await bob.entry()).reason).toBe("cancelled");
    alice.quit();

    const again = await phoneOf(node, ALICE);
    again.kit.dial(bobsNumber);
    expect((await again.entry()).reason).toBe("changed-hands");
    again.quit();

    const carol = await phoneOf(node, CAROL);
    const third = await phoneOf(node, ALICE);
    const id = third.kit.dial(bobsNumber);
    await isRinging(carol);
    carol.kit.accept(id);
    const { call } = await third.until(it => it.id === id && it.call.state.kind === "active");
    expect(call).toMatchObject({ peer: carol.person.account, proof: "proven" });
  });
});

describe("a phone whose number is sold", () => {
  it("while its answer is on the way hangs up, and says why; the caller was told before", async () => {
    const node = await start();
    const proxy = await startHostileProxy(node.url);
    const [alice, bob] = [await phoneOf(node, ALICE), await phoneOf(node, BOB, { urls: [proxy.url] })];
    const answers: string[] = [];
    let isHeld = true;
    proxy.alter((direction, message, text) => {
      const isAnswer = direction === "up" && message.status === 200 && cseqOf(message).method === "INVITE";
      if (!isAnswer || !isHeld) return text;
      answers.push(text);
      return undefined;
    });
    const id = alice.kit.dial(bobsNumber);
    await isRinging(bob);
    bob.kit.accept(id);
    await until("he has answered", () => answers.length > 0);
    await transfer(stage, bobsNumber, { from: BOB, to: CAROL });
    expect((await alice.entry()).reason).toBe("gone");
    isHeld = false;
    proxy.injectUp(answers[0] ?? "");
    expect((await bob.entry()).reason).toBe("gone");
    // By one BYE, which it has answered, and not by giving up itself.
    const down = proxy.seen.filter(({ direction }) => direction === "down").map(({ text }) => text);
    expect(down.filter(text => text.startsWith("BYE "))).toHaveLength(1);
    expect(down.some(text => text.startsWith("ACK "))).toBe(true);
    expect(proxy.seen.some(({ direction, text }) => direction === "up" && text.startsWith("BYE "))).toBe(
      false,
    );
  });

  it("hears it at once although nobody calls it, and stays on its line; from nobody but its node", async () => {
    const node = await start();
    const bob = await phoneOf(node, BOB);
    const heard: string[] = [];
    const listen = (news: readonly NumberNews[]) => {
      for (const { number, isGone } of news) heard.push(`${number} ${isGone ? "gone" : "here"}`);
    };
    bob.kit.numbers.watch(listen, new AbortController().signal);
    // Somebody who is admitted too, and writes what a node writes.
    const carol = await enter(node, deviceOf(stage, CAROL));
    const lie = formatRegInfo(domain, [{ number: bobsNumber, isGone: true }]);
    const headers = [
      ["Event", "reg"],
      ["Subscription-State", "active"],
      ["Content-Type", "application/reginfo+xml"],
    ] as const;
    const uri = `sip:${bob.person.account}@${domain}`;
    expect((await carol.client.ask("NOTIFY", uri, { headers, body: lie })).status).toBe(489);
    const from = `<sip:${domain}>;tag=1`;
    expect((await carol.client.ask("NOTIFY", uri, { from, headers, body: lie })).status).toBe(403);

    await transfer(stage, bobsNumber, { from: BOB, to: CAROL });
    await until("he is told", () => heard.length > 0);
    expect(heard).toEqual([`${bobsNumber} gone`]);
    expect(bob.kit.line.get().name).toBe("up");
    await stage.request("anvil_reorg", [1, []]);
    await until("he is told that it was not", () => heard.length > 1);
    expect(heard).toEqual([`${bobsNumber} gone`, `${bobsNumber} here`]);
  });
});

describe("a phone whose permission has ended", () => {
  it.each(["by the account's epoch", "by its revocation"])("%s is told so by the node", async how => {
    const node = await start();
    const person = createPerson(stage.chain.accounts.at(BOB)?.privateKey);
    const device = await person.device({}, stage.entry.id);
    const bob = await phoneOf(node, BOB, { person, device });
    const clients = stage.entry.clients ?? "0x";
    if (how.includes("epoch")) await endEpoch(stage.client(BOB), clients);
    else {
      const print = Buffer.from(deviceIdOf(device.delegation), "base64url");
      await revokeDevice(stage.client(BOB), clients, `0x${print.toString("hex")}`);
    }
    await bob.lineIs("refused");
    expect(bob.kit.line.get()).toMatchObject({ said: expect.stringContaining("Sign in again") });
  });
});
