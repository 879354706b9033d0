import fc from "fast-check";
import * as AbiFunction from "ox/AbiFunction";
import * as AbiParameters from "ox/AbiParameters";
import { describe, expect, it } from "vitest";
import { clientsAbi } from "../../protocol/chain/clients-abi.ts";
import { numbersAbi } from "../../protocol/chain/numbers-abi.ts";
import { ChainError, type Hex } from "./chain.ts";
import { toFacts } from "./facts.ts";
import { decodeAnswer } from "./question.ts";
import { toResolved } from "./resolved.ts";

const account = "0x52908400098527886E0F7030069857D2E4169EE7";
const hash = `0x${"5".repeat(64)}` as const;

// What a server sends is a stranger's word: whatever it is, it is read, or refused as an error of the chain's.
describe("an answer", () => {
  it("is read as it was said", async () => {
    const facts = await factsOf(sample());
    expect(toResolved(account, { named: facts, numbered: facts, entered: facts })).toMatchObject({
      name: "alice.eth",
      number: "+99912345678",
      home: { domain: "node.example", nodes: [{ url: "wss://node.example" }] },
      accountEpoch: 3,
      proofs: { nameAndNumber: "both", nameAndAccount: "both", ownsName: true, changedHandsAt: 1_000 },
    });
  });

  it("that was cut short or changed anywhere harms nothing", async () => {
    const whole = sample();
    const changed = fc
      .tuple(
        fc.nat({ max: (whole.length - 2) / 64 - 1 }),
        fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), fc.bigInt({ min: 0n, max: 5_000n })),
      )
      .map(([word, value]): Hex => {
        const at = 2 + word * 64;
        return `0x${whole.slice(2, at)}${value.toString(16).padStart(64, "0")}${whole.slice(at + 64)}`;
      });
    const cut = fc.nat({ max: whole.length / 2 }).map((bytes): Hex => `0x${whole.slice(2, 2 + bytes * 2)}`);
    await fc.assert(
      fc.asyncProperty(fc.oneof(changed, cut), async data => {
        try {
          const facts = await factsOf(data);
          toResolved(facts.answer.account, { named: facts, numbered: facts, entered: facts });
        } catch (error) {
          expect(error).toBeInstanceOf(ChainError);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});

function factsOf(data: Hex) {
  const entry = { id: 1, name: "Chain", rpcs: [], numbers: account, clients: account } as const;
  const head = { number: 1n, parentHash: hash, time: 2_000 };
  return toFacts({ entry, answer: decodeAnswer(data), head, witnesses: 1, isOffchain: false });
}

function sample(): Hex {
  const records = {
    ...{ name: "alice.eth", profile: "ipfs://x", lightLogin: "", blockList: "", blockRoot: hash, routes: "" },
    policy: { callers: 1, bond: 5n },
  };
  const numberEntry = AbiFunction.encodeResult(AbiFunction.fromAbi(numbersAbi, "lookup"), {
    ...{ owner: account, epoch: 2, changedAt: 1_000n, price: 0n, records },
  });
  const entry = {
    ...{ apiOldest: 1, apiNewest: 1, direct: "", domain: "node.example", providers: [] },
    nodes: [{ url: "wss://node.example", key: hash }],
  };
  const client = AbiFunction.encodeResult(AbiFunction.fromAbi(clientsAbi, "lookup"), {
    ...{ account, epoch: 3n, sequence: 4n, revoked: [hash], entry },
  });
  const number = 99_912_345_678n;
  return AbiParameters.encode(
    AbiParameters.from([
      "struct Name { address resolver; address owner; address account; string number; uint256 expires; bytes[2] lookups; }",
      "struct Answer { string name; Name ens; uint256 number; bytes numberEntry; address account; string reverse; bytes client; }",
      "Answer answer",
    ]),
    [
      {
        ...{ name: "alice.eth", number, numberEntry, account, reverse: "alice.eth", client },
        ens: {
          resolver: account,
          owner: account,
          account,
          number: `+${number}`,
          expires: 9_999n,
          lookups: ["0x", "0x"],
        },
      },
    ],
  );
}
