import { encodeFunctionData, namehash } from "viem";
import { describe, expect, it } from "vitest";
import { numbersAbi } from "../../../protocol/chain/numbers-abi.ts";
import { toCall, toNode } from "./calls.ts";
import type { Act } from "./step.ts";

const account = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
const other = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359";
const contract = "0x52908400098527886E0F7030069857D2E4169EE7";
const id = 9_991_234n;
const number = "+9991234";
const secret = `0x${"5a".repeat(32)}` as const;
const records = {
  ...{ name: "alice.eth", profile: "ipfs://x", lightLogin: "https://l.example", blockList: "ipfs://b" },
  ...{ callers: 2, bond: "77", blockRoot: secret, routes: "sip:desk@node" },
};

/** As viem encodes it, which wrote none of ours. */
function encoded(functionName: string, args: readonly unknown[]): string {
  return encodeFunctionData({ abi: numbersAbi, functionName, args } as never);
}

function call(act: Act, opens = false) {
  return toCall({ act, account, chain: 31_337 }, contract, opens);
}

describe("calls", () => {
  it.each([
    [{ kind: "name", number, name: "alice.eth" }, "setName", [id, "alice.eth"], 0n],
    [{ kind: "list", number, price: "5" }, "list", [id, 5n], 0n],
    [{ kind: "cancel", number }, "cancel", [id], 0n],
    [{ kind: "buy", number, price: "5", seller: other }, "buy", [id], 5n],
    [{ kind: "transfer", number, to: other }, "safeTransferFrom", [account, other, id], 0n],
    [{ kind: "withdraw", amount: "5" }, "withdraw", [account], 0n],
    [{ kind: "records", number, records, part: "profile" }, "setProfile", [id, "ipfs://x"], 0n],
    [{ kind: "records", number, records, part: "routes" }, "setRoutes", [id, "sip:desk@node"], 0n],
    [{ kind: "records", number, records, part: "policy" }, "setPolicy", [id, { callers: 2, bond: 77n }], 0n],
    [
      { kind: "records", number, records, part: "all" },
      "setRecords",
      [
        id,
        {
          ...{
            name: "alice.eth",
            profile: "ipfs://x",
            lightLogin: "https://l.example",
            blockList: "ipfs://b",
          },
          ...{ policy: { callers: 2, bond: 77n }, blockRoot: secret, routes: "sip:desk@node" },
        },
      ],
      0n,
    ],
  ] as const satisfies readonly (readonly [Act, string, readonly unknown[], bigint])[])(
    "%o is %s",
    (...[act, name, args, value]) => {
      expect(call(act)).toEqual({ to: contract, data: encoded(name, args), value });
    },
  );

  it("a claim hides its numbers first, and pays as it opens", () => {
    const act: Act = { kind: "claim", numbers: [number], secret, fee: "9" };
    const hidden = call(act);
    expect(hidden).toMatchObject({ to: contract, value: 0n });
    expect(hidden.data).toMatch(/^0x[0-9a-f]{72}$/);
    expect(hidden.data).not.toContain(id.toString(16));
    expect(call(act, true)).toEqual({ to: contract, data: encoded("claim", [[id], secret]), value: 9n });
  });

  it("the name's half goes to the name's own resolver", () => {
    const { to, data, value } = call({ kind: "ens-name", number, name: "alice.eth", resolver: other });
    expect({ to, value }).toEqual({ to: other, value: 0n });
    expect(data).toContain(namehash("alice.eth").slice(2));
    expect(data).toContain(Buffer.from(number).toString("hex"));
  });

  it.each(["eth", "alice.eth", "a.b.c.eth", "🔥.eth"])("%s has the node that ENS gives it", name => {
    expect(toNode(name)).toBe(namehash(name));
  });
});
