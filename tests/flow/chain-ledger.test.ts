import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, describe, expect, it } from "vitest";
import { createLedger } from "../../background/chain/ledger.ts";

const hash = `0x${"ab".repeat(32)}` as const;
const account = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
const closing: (() => void)[] = [];
afterAll(() => {
  for (const close of closing) close();
});

/** A server that answers each method with what it is told, and what it was asked. */
async function serve(answers: Readonly<Record<string, unknown>>) {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { method } = JSON.parse(body) as { method: string };
    asked.push(method);
    response.end(JSON.stringify({ jsonrpc: "2.0", id: 1, ...(answers[method] ?? { result: null }) }));
  });
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => server.closeAllConnections() ?? server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked };
}

const right = { eth_chainId: { result: "0x7a69" } };

describe("a chain's ledger", () => {
  it("passes over a server of another chain, and asks each for its chain once", async () => {
    const wrong = await serve({ eth_chainId: { result: "0x1" }, eth_getBalance: { result: "0xff" } });
    const good = await serve({ ...right, eth_getBalance: { result: "0x7" } });
    const ledger = createLedger(31_337, [wrong.url, good.url]);
    expect(await ledger.balanceOf(account)).toBe(7n);
    expect(await ledger.balanceOf(account)).toBe(7n);
    expect(wrong.asked).not.toContain("eth_getBalance");
    expect(good.asked).toEqual(["eth_chainId", "eth_getBalance", "eth_getBalance"]);
    await expect(createLedger(31_337, [wrong.url]).newest()).rejects.toMatchObject({ code: "chain.wrong" });
    await expect(createLedger(31_337, []).newest()).rejects.toMatchObject({ code: "chain.none" });
  });

  it("waits once for a server that is no good: who answers is asked first from then on", async () => {
    const bad = await serve({ eth_chainId: {} });
    const good = await serve({ ...right, eth_getBalance: { result: "0x7" } });
    const ledger = createLedger(31_337, [bad.url, good.url]);
    for (let time = 0; time < 3; time += 1) expect(await ledger.balanceOf(account)).toBe(7n);
    expect(bad.asked).toEqual(["eth_chainId"]);
  });

  it("tells what would revert from what a server does not answer", async () => {
    const call = { from: account, to: account, data: "0x12", value: 0n } as const;
    const reverted = await serve({
      ...right,
      eth_estimateGas: { error: { code: 3, message: "execution reverted", data: "0x1234abcd" } },
    });
    const busy = await serve({ ...right, eth_estimateGas: { error: { code: -32_005, message: "rate" } } });
    const ledger = createLedger(31_337, [busy.url, reverted.url]);
    expect(await ledger.estimateGas(call)).toEqual({ kind: "reverts", data: "0x1234abcd" });
    await expect(createLedger(31_337, [busy.url]).estimateGas(call)).rejects.toMatchObject({
      code: "chain.refused",
    });
    // That it would fail is an answer: the next server is not asked.
    const next = await serve(right);
    expect(await createLedger(31_337, [reverted.url, next.url]).estimateGas(call)).toMatchObject({
      kind: "reverts",
    });
    expect(next.asked).toEqual([]);
  });

  it.each([
    ["a receipt that is a text", "eth_getTransactionReceipt", "yes"],
    ["a receipt of no block", "eth_getTransactionReceipt", { status: "0x1", blockNumber: null }],
    ["a receipt without a status", "eth_getTransactionReceipt", { blockNumber: "0x1" }],
    ["a transaction of nobody", "eth_getTransactionByHash", { hash, input: "0x", from: "me", nonce: "0x1" }],
    ["a transaction of no nonce", "eth_getTransactionByHash", { hash, input: "0x", from: account }],
    ["events that are no list", "eth_getLogs", {}],
    ["an event without topics", "eth_getLogs", [{ data: "0x", transactionHash: hash }]],
    [
      "an event of five topics",
      "eth_getLogs",
      [
        {
          topics: Array(5).fill(hash),
          data: "0x",
          transactionHash: hash,
          blockNumber: "0x1",
          logIndex: "0x0",
        },
      ],
    ],
  ])("believes no server that sends %s", async (_, method, result) => {
    const { url } = await serve({ ...right, [method]: { result } });
    const ledger = createLedger(31_337, [url]);
    const answer = {
      eth_getTransactionReceipt: () => ledger.receipt(hash),
      eth_getTransactionByHash: () => ledger.transaction(hash),
      eth_getLogs: () => ledger.logs({ address: account, topics: [], from: 0n }),
    }[method];
    await expect(answer?.()).rejects.toMatchObject({ code: "chain.malformed" });
  });

  it("knows that a transaction is in no block, and that nobody has heard of it", async () => {
    const { url } = await serve(right);
    const ledger = createLedger(31_337, [url]);
    expect(await ledger.receipt(hash)).toBeUndefined();
    expect(await ledger.transaction(hash)).toBeUndefined();
  });
});
