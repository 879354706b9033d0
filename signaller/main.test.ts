import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";

const main = fileURLToPath(new URL("main.ts", import.meta.url));
let folder = "";
const children: ChildProcess[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "node-main-"));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

function run(...args: string[]) {
  const child = spawn(process.execPath, [main, ...args], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  children.push(child);
  const said = { out: "", err: "" };
  child.stdout.on("data", chunk => {
    said.out += chunk;
  });
  child.stderr.on("data", chunk => {
    said.err += chunk;
  });
  const ended = once(child, "close").then(([code]) => ({ code, ...said }));
  const listening = async () => {
    while (!said.out.includes("\n")) await Promise.race([once(child.stdout, "data"), ended]);
    return Number(/http:\/\/127\.0\.0\.1:(\d+)\//.exec(said.out)?.[1]);
  };
  return { child, ended, listening, said };
}

describe("the command", () => {
  it("prints one line with its URLs, and stops cleanly on a signal", async () => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      const { child, ended, listening, said } = run("--port", "0", "--open", "--domain", "node.example");
      const port = await listening();
      expect(said.out.trimEnd().split("\n")).toHaveLength(1);
      expect(said.out).toContain(`ws://127.0.0.1:${port}/peerjs`);
      expect(said.out).toMatch(/ domain=node\.example .* key=[\w-]{43} /);
      const client = new WebSocket(`ws://127.0.0.1:${port}/peerjs?key=peerjs&id=alice&token=secret-token`);
      await once(client, "message");
      const goodbye = once(client, "close");
      const began = performance.now();
      child.kill(signal);
      expect((await goodbye)[0]).toBe(1001);
      const { code, err } = await ended;
      expect(code).toBe(0);
      expect(performance.now() - began).toBeLessThan(5_000);
      expect(err).not.toContain("secret-token");
    }
  });

  it("writes its key, and nothing else", async () => {
    const first = run("--port", "0", "--key", "node.pem");
    await first.listening();
    first.child.kill();
    const { out } = await first.ended;
    expect(readdirSync(folder)).toEqual(["node.pem"]);
    expect(statSync(join(folder, "node.pem")).mode & 0o777).toBe(0o600);
    const second = run("--port", "0", "--key", "node.pem");
    await second.listening();
    second.child.kill();
    const key = /key=([\w-]+)/;
    expect(key.exec((await second.ended).out)?.[1]).toBe(key.exec(out)?.[1]);
  });

  it("tells in a sentence why it cannot start", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const address = taken.address();
    const port = String(typeof address === "object" ? address?.port : 0);
    writeFileSync(join(folder, "words.pem"), "words");
    writeFileSync(join(folder, "other.json"), '{"chains":[{"id":"one"}]}');
    writeFileSync(join(folder, "one.json"), '{"chains":[{"id":1,"name":"One","rpcs":[]}]}');
    writeFileSync(join(folder, "empty.json"), '{"chains":[]}');
    for (const [args, code, words] of [
      [["--port", port], 1, /^Port \d+ on 127\.0\.0\.1 is taken\./],
      [["--host", "192.0.2.1"], 1, /not an address of this machine/],
      [["--cert", "nowhere.pem", "--cert-key", "words.pem"], 1, /certificate cannot be read/],
      [["--cert", "words.pem", "--cert-key", "words.pem"], 1, /certificate and its key/],
      [["--key", "words.pem"], 1, /no P-256 private key/],
      [["--book", "nowhere.json"], 1, /address book cannot be read from nowhere\.json: ENOENT/],
      [["--book", "words.pem"], 1, /address book cannot be read from words\.pem: it is no JSON/],
      [["--book", "other.json"], 1, /no address book/],
      [["--book", "empty.json"], 1, /names no chain/],
      [["--book", "one.json", "--chain", "2"], 1, /Chain 2 of --chain is not in the address book/],
      [["--port", "many"], 2, /--port/],
      [["--trust-proxy", "nowhere"], 2, /"nowhere"/],
      [["--unknown"], 2, /--unknown/],
    ] as const) {
      const result = await run(...args).ended;
      expect(result, args.join(" ")).toMatchObject({ code, out: "", err: expect.stringMatching(words) });
      expect(result.err.trimEnd().split("\n"), args.join(" ")).toHaveLength(1);
    }
    taken.close();
  });

  it("serves, and stops, while the chain of its book does not answer", async () => {
    const silent = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const address = silent.address();
    const rpcs = [`http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`];
    const contract = "0x52908400098527886E0F7030069857D2E4169EE7";
    const chains = [{ id: 5, name: "Silent", rpcs, numbers: contract, clients: contract, ens: contract }];
    writeFileSync(join(folder, "silent.json"), JSON.stringify({ chains }));
    const { child, ended, listening } = run("--port", "0", "--book", "silent.json", "--domain", "a.example");
    const port = await listening();
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(metrics).toContain('etherlynk_chain_loaded{chain="5"} 0');
    const began = performance.now();
    child.kill("SIGTERM");
    expect((await ended).code).toBe(0);
    expect(performance.now() - began).toBeLessThan(4_000);
    silent.close();
  });

  it("tells its options and its version", async () => {
    expect(await run("--help").ended).toMatchObject({
      code: 0,
      out: expect.stringContaining("--trust-proxy"),
      err: "",
    });
    expect(await run("--version").ended).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});
