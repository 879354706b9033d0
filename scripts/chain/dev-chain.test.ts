import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { devChainId, startDevChain } from "./dev-chain.ts";

const folder = mkdtempSync(join(tmpdir(), "etherlynk-chain-"));
const stops: (() => void)[] = [];

afterEach(() => {
  vi.unstubAllEnvs();
  for (const stop of stops.splice(0)) stop();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("startDevChain", () => {
  it("starts on a free port, with accounts that have money, and ends with its signal", async () => {
    const { chain, stop } = await start({});
    expect(await ask(chain.rpc, "eth_chainId")).toBe(`0x${devChainId.toString(16)}`);
    const [first] = chain.accounts;
    expect(await ask(chain.rpc, "eth_accounts")).toEqual(chain.accounts.map(it => it.account.toLowerCase()));
    expect(
      BigInt(String(await ask(chain.rpc, "eth_getBalance", [first?.account, "latest"]))),
    ).toBeGreaterThan(0n);
    stop();
    await chain.closed;
    await expect(ask(chain.rpc, "eth_chainId")).rejects.toThrow("fetch failed");
  });

  it("keeps its chain between runs, and throws it away when told to", async () => {
    const state = join(folder, "kept", "state.json");
    const first = await start({ state });
    await ask(first.chain.rpc, "anvil_mine", ["0x7"]);
    first.stop();
    await first.chain.closed;

    const second = await start({ state });
    expect(await ask(second.chain.rpc, "eth_blockNumber")).toBe("0x7");
    second.stop();
    await second.chain.closed;

    const third = await start({ state, fresh: true });
    expect(await ask(third.chain.rpc, "eth_blockNumber")).toBe("0x0");
  });

  it("says what to do where what was kept is damaged", async () => {
    const state = join(folder, "damaged.json");
    writeFileSync(state, "{ not json");
    await expect(start({ state })).rejects.toThrow(/did not start.*--fresh throws it away/s);
    const { chain } = await start({ state, fresh: true });
    expect(await ask(chain.rpc, "eth_blockNumber")).toBe("0x0");
  });

  it("says so where its port is taken", async () => {
    const server = createServer();
    await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
    stops.push(() => server.close());
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    await expect(start({ port })).rejects.toThrow("The port of the local chain is taken");
  });

  it("says so where the program ends by itself", async () => {
    const program = join(folder, "anvil.sh");
    writeFileSync(program, "#!/bin/sh\necho Listening on 127.0.0.1:1\nexit 3\n", { mode: 0o755 });
    vi.stubEnv("ANVIL_PATH", program);
    const { chain } = await start({});
    await expect(chain.closed).rejects.toThrow("The local chain ended by itself.");
  });
});

type Options = Omit<Parameters<typeof startDevChain>[0], "signal">;

async function start(options: Options) {
  const life = new AbortController();
  stops.push(() => life.abort());
  return { chain: await startDevChain({ ...options, signal: life.signal }), stop: () => life.abort() };
}

async function ask(rpc: string, method: string, params: readonly unknown[] = []): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const response = await fetch(rpc, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  const answer: unknown = await response.json();
  return typeof answer === "object" && answer !== null && "result" in answer ? answer.result : answer;
}
