import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { HomeDomain } from "../../background/bus/phone-contract.ts";
import { numbersAbi } from "../../protocol/chain/numbers-abi.ts";
import { type NumberText, parseNumber, toTokenId } from "../../protocol/number/number.ts";
import { buildExtension } from "../../scripts/build-extension.ts";
import { devAccounts } from "../../scripts/chain/dev-chain.ts";
import { endEpoch, enterHome } from "../../scripts/chain/home.ts";
import { findProgram } from "../../scripts/setup/ensure-system.js";
import { createLog } from "../../signaller/log.ts";
import { createNode, type SignallerNode } from "../../signaller/node.ts";
import { createNodeKey } from "../../signaller/node-key.ts";
import { type ChainStage, startChainStage } from "../flow/chain-stage.ts";
import { quickFollow } from "../flow/node-chain-stage.ts";
import { type CallPage, toCallPage } from "./call-page.ts";
import { openPerson, type Person } from "./person.ts";

const pictures = join(import.meta.dirname, "../../.output/pictures");
const [ALICE, BOB, CAROL] = [0, 1, 2] as const;
const bobsNumber = parseNumber("+999 2000 2000");

interface Place {
  readonly domain: string;
  readonly node: SignallerNode;
  readonly url: string;
  readonly key: `0x${string}`;
}

describe.skipIf(!findProgram("chromium"))("people who are found on the chain", () => {
  let stage: ChainStage;
  let one: Place;
  let two: Place;
  let alice: Person;
  let bob: Person;
  let carol: Person;

  beforeAll(async () => {
    mkdirSync(pictures, { recursive: true });
    const folder = await buildExtension("e2e");
    stage = await startChainStage();
    [one, two] = await Promise.all([startPlace("one.example"), startPlace("two.example")]);
    await moveIn(ALICE, one);
    await moveIn(BOB, two);
    const keys = devAccounts().map(({ privateKey }) => privateKey);
    [alice, bob, carol] = await Promise.all([
      openPerson({ folder, hertz: 500, privateKey: keyAt(keys, ALICE) }),
      openPerson({ folder, hertz: 900, privateKey: keyAt(keys, BOB) }),
      openPerson({ folder, hertz: 1_300, privateKey: keyAt(keys, CAROL) }),
    ]);
    await alice.signIn(homeAt(one));
    await bob.signIn(homeAt(two));
  }, 180_000);
  afterEach(async () => {
    for (const { browser, panel } of [alice, bob, carol]) {
      const windows = (await browser.pages()).filter(page => page !== panel);
      await Promise.all(windows.map(page => page.close().catch(() => undefined)));
    }
    const isQuiet = ({ calls }: { readonly calls: readonly { readonly stage: string }[] }) =>
      calls.every(({ stage: at }) => at === "ended");
    await Promise.all([alice, bob, carol].map(it => it.until("Quiet", isQuiet)));
  });
  afterAll(async () => {
    await Promise.all([alice, bob, carol].map(it => it?.close()));
    await Promise.all([one, two].map(it => it?.node.close()));
  });

  function keyAt(keys: readonly `0x${string}`[], index: number): `0x${string}` {
    const key = keys[index];
    if (key === undefined) throw new Error("The chain has more accounts");
    return key;
  }

  /** A node that is told of no other: whoever it does not know it finds on the chain. */
  async function startPlace(domain: string): Promise<Place> {
    const key = await createNodeKey();
    const node = createNode({
      domain,
      chain: { id: stage.entry.id, book: stage.seeded.book, limits: quickFollow },
      links: { peers: [], key, plain: true },
      log: createLog(() => undefined, "error"),
    });
    const { urls } = await node.listen();
    return {
      domain,
      node,
      url: urls.ws,
      key: `0x${Buffer.from(key.thumbprint, "base64url").toString("hex")}`,
    };
  }

  function moveIn(index: number, { domain, url, key }: Place): Promise<void> {
    return enterHome(stage.client(index), stage.entry.clients ?? "0x", { domain, nodes: [{ url, key }] });
  }

  function homeAt({ domain, url }: Place): HomeDomain {
    return { domain, urls: [url], chain: { id: stage.entry.id }, book: stage.seeded.book };
  }

  async function transfer(number: NumberText, from: number, to: number): Promise<void> {
    const seller = stage.client(from);
    const hash = await seller.write.writeContract({
      address: stage.entry.numbers ?? "0x",
      abi: numbersAbi,
      functionName: "transferFrom",
      args: [seller.account.address, stage.client(to).account.address, toTokenId(number)],
    });
    await seller.read.waitForTransactionReceipt({ hash });
  }

  async function dial(to: string): Promise<CallPage> {
    const window = alice.callWindow();
    await alice.ask("phone.call.dial", { to });
    return toCallPage(await window);
  }

  it.each([
    ["a number", "+999 2000 2000"],
    ["an ENS name", "Bob.eth"],
    ["an account", devAccounts()[BOB]?.account ?? ""],
  ])("%s rings its owner at the node of another domain, and both see who it is", async (_what, to) => {
    const window = bob.callWindow();
    const hers = await dial(to);
    const his = toCallPage(await window);
    await his.says("alice.eth");
    await his.press("Answer");
    await Promise.all([hers.hears([bob.hertz], [alice.hertz]), his.hears([alice.hertz], [bob.hertz])]);
    await Promise.all([hers.says("bob.eth"), hers.says("+999 2000 2000"), his.says("+999 1000 1000")]);
    await hers.press("Hang up");
    await his.says("They hung up.");
    await alice.until("Bob's name in the list", ({ recents }) => recents[0]?.title === "bob.eth");
    await bob.until("Alice's name in the list", ({ recents }) => recents[0]?.title === "alice.eth");
  });

  it.each([
    ["+999 4040 4040", "Nobody owns"],
    ["nobody.eth", "Nobody has set up nobody.eth"],
  ])("%s is told in the chain's words", async (to, words) => {
    await (await dial(to)).says(words);
  });

  it("a number that is sold while it rings stops ringing, and its next call waits for the buyer", async () => {
    const window = bob.callWindow();
    const hers = await dial(bobsNumber);
    const his = toCallPage(await window);
    await Promise.all([hers.says("Ringing"), his.says("Calls you")]);
    await transfer(bobsNumber, BOB, CAROL);
    await hers.says("The number was sold while it was ringing.");
    await his.says("Missed call");
    await (await dial(bobsNumber)).says("This number has changed hands");
    await moveIn(CAROL, one);
    await carol.signIn(homeAt(one));
    const buyers = carol.callWindow();
    const third = await dial(bobsNumber);
    await toCallPage(await buyers).press("Answer");
    await third.hears([carol.hertz], [bob.hertz]);
    await third.press("Hang up");
    const { recents } = await bob.snapshot();
    expect(recents[0]).toMatchObject({ missed: true });
  });

  it("a seller whose phone is idle is told at once and stays on line; the next call rings the buyer", async () => {
    const popup = toCallPage(carol.panel);
    await popup.says("Ready for calls");
    const sale = performance.now();
    await transfer(bobsNumber, CAROL, BOB);
    await popup.says("+999 2000 2000 now belongs to somebody else; calls to it ring there.");
    expect(performance.now() - sale).toBeLessThan(5_000);
    await popup.says("Ready for calls");
    await carol.panel.screenshot({ path: join(pictures, "number-sold.png") });
    const sellers = carol.callWindow();
    const toSeller = await dial(carol.account);
    await toCallPage(await sellers).press("Decline");
    await toSeller.says("They declined the call.");
    // Who bought it is not told of a loss.
    expect((await bob.snapshot()).lost ?? []).toEqual([]);
    const buyers = bob.callWindow();
    const hers = await dial(bobsNumber);
    await toCallPage(await buyers).press("Answer");
    await hers.hears([bob.hertz], [carol.hertz]);
    await hers.press("Hang up");
    await popup.press("Close this message");
    await carol.until("It was read", ({ lost = [] }) => lost.length === 0);
  });

  it("an account that ends its epoch: its old device is neither admitted nor believed", async () => {
    await endEpoch(stage.client(BOB), stage.entry.clients ?? "0x");
    await bob.until("Refusal", ({ line }) => line.state === "refused");
    const { line } = await bob.snapshot();
    expect(line.said).toContain("ended the permissions of its old devices");
    await (await dial(bob.account)).says("cannot be reached");
  });
});
