import { encodeAbiParameters, type Hex, toHex } from "viem";
import { describe, expect, it } from "vitest";
import { clientsAbi } from "../../protocol/chain/clients-abi.ts";
import { numbersAbi } from "../../protocol/chain/numbers-abi.ts";
import { ChainRpcError } from "../sip/chain-rpc.ts";
import { readClients, readNumber, readNumbers } from "./contracts.ts";

const account: Hex = `0x${"ab".repeat(20)}`;
const thumbprint = (byte: string): Hex => `0x${byte.repeat(32)}`;
const text64 = (byte: string) => Buffer.from(byte.repeat(32), "hex").toString("base64url");

function outputsOf(abi: readonly { readonly type: string }[], name: string, inputs: number) {
  const found = abi.find(
    it => "name" in it && it.name === name && "inputs" in it && (it.inputs as unknown[]).length === inputs,
  );
  return (found as unknown as { outputs: never }).outputs;
}

const client = {
  ...{ account, epoch: 3n, sequence: 9n, revoked: [thumbprint("01"), thumbprint("02")] },
  entry: {
    ...{ apiOldest: 1, apiNewest: 2, direct: "direct", domain: "Node.Example" },
    nodes: [
      { url: "wss://node.example:9001", key: thumbprint("03") },
      { url: "javascript:alert(1)", key: thumbprint("04") },
      { url: "ws://10.0.0.1/a", key: thumbprint("05") },
    ],
    providers: [{ provider: account, service: 1, terms: thumbprint("06"), expiry: 1n }],
  },
};
const clients = encodeAbiParameters(outputsOf(clientsAbi, "range", 2), [[client, client], account] as never);
const records = {
  ...{ name: "alice.eth", profile: "ipfs:x", lightLogin: "", policy: { callers: 0, bond: 1n } },
  ...{ blockList: "", blockRoot: thumbprint("00"), routes: "y".repeat(200) },
};
const number = encodeAbiParameters(outputsOf(numbersAbi, "lookup", 1), [
  { owner: account, epoch: 2, changedAt: 1n, price: 5n, records },
] as never);
const holding = toHex((9_991_234n << 192n) | (7n << 160n) | BigInt(account), { size: 32 });
const numbers = encodeAbiParameters(outputsOf(numbersAbi, "range", 2), [[BigInt(holding)], 42n] as never);

describe("what the contracts answer", () => {
  it("is read as another library writes it", () => {
    const page = readClients(clients, 2);
    expect(page.next).toBe(account);
    expect(page.items).toHaveLength(2);
    expect(page.items[1]).toEqual([
      account,
      {
        epoch: 3,
        revoked: [text64("01"), text64("02")],
        home: {
          domain: "node.example",
          nodes: [
            { url: "wss://node.example:9001", thumbprint: text64("03") },
            { url: "ws://10.0.0.1/a", thumbprint: text64("05") },
          ],
        },
      },
    ]);
    expect(readNumber(number)).toEqual({ owner: account, epoch: 2, changedAt: 1, name: "alice.eth" });
    const held = readNumbers(numbers, 5);
    expect(held.next).toBe(42);
    expect(held.items.map(({ id, owner }) => [id, owner.toString("hex")])).toEqual([
      [9_991_234, "ab".repeat(20)],
    ]);
  });

  it("is refused where it is more than was asked for", () => {
    expect(() => readClients(clients, 1)).toThrow(ChainRpcError);
    expect(() => readNumbers(numbers, 0)).toThrow(ChainRpcError);
  });

  it("harms nothing, wherever it is cut or changed", () => {
    for (const [answer, read] of [
      [clients, (it: unknown) => readClients(it, 2)],
      [number, readNumber],
      [numbers, (it: unknown) => readNumbers(it, 5)],
    ] as const) {
      for (let at = 2; at < answer.length; at += 2) {
        tolerate(() => read(answer.slice(0, at)));
        for (const byte of ["ff", "01", "80"]) {
          tolerate(() => read(answer.slice(0, at) + byte + answer.slice(at + 2)));
        }
      }
    }
    for (const value of [undefined, null, 7, "0x", "0xzz", "hello", {}, []]) {
      expect(() => readClients(value, 2)).toThrow(ChainRpcError);
    }
  });
});

/** Read, or refused in our words: nothing else. */
function tolerate(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(ChainRpcError);
  }
}
