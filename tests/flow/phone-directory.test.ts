import { describe, expect, it } from "vitest";
import { ChainError } from "../../background/chain/chain.ts";
import type { Directory } from "../../background/chain/directory.ts";
import type { Resolved } from "../../background/chain/resolved.ts";
import { deviceIdOf } from "../../background/identity/device-keys.ts";
import type { AccountText } from "../../protocol/number/address.ts";
import { formatAddress } from "../../protocol/number/address.ts";
import { parseNumber } from "../../protocol/number/number.ts";
import { createPerson } from "./phone-device.ts";
import { startNode } from "./test-node.ts";
import { createTestPhone, domain, type TestPhone } from "./test-phone.ts";

const name = "bob.eth";
const number = parseNumber("+999 2000 2000");

type Word = Partial<Resolved> & { readonly account: AccountText };

/** A chain that says what the test has it say. */
function createDirectory() {
  const known = new Map<string, Word>();
  /** What it says to who will not have what is known. */
  const news = new Map<string, Word>();
  const directory: Directory = {
    async resolve(address, _signal, { isAnew = false } = {}) {
      const key = formatAddress({ target: address.target });
      const found = (isAnew ? news.get(key) : undefined) ?? known.get(key);
      const account = address.target.kind === "account" ? address.target.account : found?.account;
      if (account === undefined) throw new ChainError("chain.name-unknown", `Nobody has set up ${key}.`);
      return { ...nothing, account, ...found };
    },
  };
  return { known, news, directory };
}

const nothing: Omit<Resolved, "account"> = {
  chain: { id: 1, name: "Test" },
  proofs: {
    ownsNumber: false,
    ownsName: false,
    nameAndNumber: "none",
    nameAndAccount: "none",
    nameExpired: false,
  },
  accountEpoch: 0,
  revoked: [],
  block: 1n,
  witnesses: 1,
  isOffchain: false,
};

async function start(bobs?: Parameters<typeof createTestPhone>[0]["device"]) {
  const chain = createDirectory();
  const person = createPerson();
  const device = bobs ?? (await person.device());
  // A node without a chain brings calls for the number to whoever its operator says.
  const aliases = new Map([[number, device.delegation.delegation.account.toLowerCase()]]);
  const node = await startNode({ domain, aliases });
  const options = { urls: [node.url], directory: chain.directory };
  const [alice, bob] = await Promise.all([
    createTestPhone(options),
    createTestPhone({ ...options, person, device }),
  ]);
  return { ...chain, alice, bob };
}

const isRinging = (phone: TestPhone) =>
  phone.until(({ call }) => call.state.kind === "ringing-in" && call.state.alerting);

describe("a name", () => {
  it("leads to its account, which has to prove itself", async () => {
    const { known, alice, bob } = await start();
    known.set(name, { account: bob.person.account, name });
    const id = alice.kit.dial(name);
    const { call } = await isRinging(bob);
    bob.kit.accept(call.id);
    const record = await alice.until(it => it.id === id && it.call.state.kind === "active");
    expect(record.call).toMatchObject({ peer: bob.person.account, proof: "proven" });
    expect(record.address).toBe(name);
    expect(record.found).toMatchObject({ name, account: bob.person.account });
  });

  it("that nobody has ends the call in the chain's own words", async () => {
    const { alice } = await start();
    alice.kit.dial("nobody.eth");
    const { reason } = await alice.entry();
    expect(reason).toBe("not-found");
    const [record] = alice.kit.calls.list();
    expect(record?.doubt).toBe("Nobody has set up nobody.eth.");
  });

  it("answered by another account than the one the chain names is not believed", async () => {
    const { known, alice, bob } = await start();
    known.set(number, { account: createPerson().account });
    const id = alice.kit.dial(number);
    const { call } = await alice.until(it => it.id === id && it.call.state.kind === "ended");
    expect(call.proof).not.toBe("proven");
    expect(bob.sounded).toEqual([]);
  });

  it("that was sold a block ago is its buyer's, whom the call then bears", async () => {
    const { known, news, alice, bob } = await start();
    known.set(number, { account: createPerson().account });
    news.set(number, { account: bob.person.account, number });
    const id = alice.kit.dial(number);
    const { call } = await isRinging(bob);
    bob.kit.accept(call.id);
    const record = await alice.until(it => it.id === id && it.call.state.kind === "active");
    expect(record.call).toMatchObject({ peer: bob.person.account, proof: "proven" });
  });
});

describe("an account on the chain", () => {
  it("that began another epoch is called by none of its old devices", async () => {
    const { known, alice, bob } = await start();
    known.set(alice.person.account, { account: alice.person.account, accountEpoch: 1 });
    alice.kit.dial(bob.person.account);
    expect((await alice.entry()).reason).toBe("identity-refused");
    expect(bob.sounded).toEqual([]);
    const [record] = bob.kit.calls.list();
    expect(record?.doubt).toContain("ended the permissions of its old devices");
  });

  it("that revoked a device is not reached through it", async () => {
    const person = createPerson();
    const device = await person.device();
    const { known, alice, bob } = await start(device);
    const account = device.delegation.delegation.account;
    known.set(account, { account, revoked: [deviceIdOf(device.delegation)] });
    alice.kit.dial(account);
    const { call } = await isRinging(bob);
    bob.kit.accept(call.id);
    const { reason } = await alice.entry();
    expect(reason).toBe("identity-failed");
    expect(alice.kit.calls.list()[0]?.doubt).toBe("The account has revoked this device.");
    expect(alice.media.opened.flatMap(({ commands }) => commands.map(it => it.do))).not.toContain(
      "open-microphone",
    );
  });

  it("is called although no chain can be asked: it proves itself", async () => {
    const node = await startNode({ domain });
    const directory: Directory = {
      resolve: () => Promise.reject(new ChainError("chain.unreachable", "No server answers.")),
    };
    const [alice, bob] = await Promise.all([
      createTestPhone({ urls: [node.url], directory }),
      createTestPhone({ urls: [node.url], directory }),
    ]);
    const id = alice.kit.dial(bob.person.account);
    const { call } = await isRinging(bob);
    bob.kit.accept(call.id);
    const record = await alice.until(it => it.id === id && it.call.state.kind === "active");
    expect(record.call.proof).toBe("proven");
  });
});
