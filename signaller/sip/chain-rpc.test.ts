import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createChainRpc } from "./chain-rpc.ts";

const ACCOUNT = `0x${"ab".repeat(20)}` as const;
const HASH = `0x${"11".repeat(32)}` as const;
const ACCEPTED = `0x1626ba7e${"00".repeat(28)}`;

let server: Server;
let url = "";
let answer: (body: string) => string = () => "";
const asked: unknown[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = "";
    request.on("data", chunk => {
      body += String(chunk);
    });
    request.on("end", () => {
      asked.push(JSON.parse(body));
      response.end(answer(body));
    });
  });
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => new Promise(resolve => server.close(resolve)));

describe("chain rpc", () => {
  it("asks the account itself, with ABI encoding that solidity reads", async () => {
    answer = () => JSON.stringify({ jsonrpc: "2.0", id: 1, result: ACCEPTED });
    expect(await createChainRpc(url).isValidSignature(ACCOUNT, HASH, "0x010203")).toBe(true);
    expect(asked.at(-1)).toMatchObject({
      method: "eth_call",
      params: [
        {
          to: ACCOUNT,
          data: `0x1626ba7e${"11".repeat(32)}${"40".padStart(64, "0")}${"3".padStart(64, "0")}${"010203".padEnd(64, "0")}`,
        },
        "latest",
      ],
    });
  });

  it.each([
    ["another magic value", { result: `0xffffffff${"00".repeat(28)}` }],
    ["an account without code", { result: "0x" }],
    ["no string", { result: { magic: ACCEPTED } }],
    ["a revert", { error: { code: 3, message: "execution reverted" } }],
    ["a revert of an older client", { error: { code: -32000, message: "VM execution error: revert" } }],
  ])("takes %s as a no", async (_, message) => {
    answer = () => JSON.stringify({ jsonrpc: "2.0", id: 1, ...message });
    expect(await createChainRpc(url).isValidSignature(ACCOUNT, HASH, "0x01")).toBe(false);
  });

  it.each([
    [
      "an error that is no revert",
      () => '{"error":{"code":-32005,"message":"limit exceeded"}}',
      "chain.refused",
    ],
    ["no object", () => "null", "chain.answer"],
    ["no JSON", () => "<html>", "chain.unreachable"],
    ["a flood", () => " ".repeat(100_000), "chain.size"],
  ])("fails in words after %s", async (_, text, code) => {
    answer = text;
    await expect(createChainRpc(url).isValidSignature(ACCOUNT, HASH, "0x01")).rejects.toMatchObject({ code });
  });

  it("fails in words when nobody is there", async () => {
    const rpc = createChainRpc("http://127.0.0.1:1");
    await expect(rpc.isValidSignature(ACCOUNT, HASH, "0x01")).rejects.toMatchObject({
      code: "chain.unreachable",
    });
  });
});
