import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createCallerMedia } from "./echo-caller.ts";
import { createSipClient } from "./sip-client.ts";
import { startNode } from "./test-node.ts";

const DOMAIN = "closed.example";
const main = join(import.meta.dirname, "../../services/echo/main.ts");

function run(...args: string[]) {
  const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const printed = { out: "", err: "" };
  child.stdout.on("data", bytes => {
    printed.out += bytes;
  });
  child.stderr.on("data", bytes => {
    printed.err += bytes;
  });
  return { child, printed };
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return child.exitCode;
}

describe("npm run echo", () => {
  it("prints its account before it is known, one line when it is registered, and ends when asked to, in a call too", async () => {
    const folder = await mkdtemp(join(tmpdir(), "echo-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const key = join(folder, "echo.json");
    const asked = run("--key", key, "--account");
    expect(await exitOf(asked.child)).toBe(0);
    const account = asked.printed.out.trim();
    expect(account).toMatch(/^0x[0-9a-fA-F]{40}$/);

    const aliases = new Map([["echo", account.toLowerCase()]]);
    const node = await startNode({ domain: DOMAIN, aliases, open: true });
    const echo = run("--node", node.url, "--domain", DOMAIN, "--key", key);
    await expect
      .poll(() => echo.printed.out, { timeout: 15_000 })
      .toBe(`registered sip:${account}@${DOMAIN}\n`);
    const client = await createSipClient(node.url, { user: "ann", domain: DOMAIN });
    const media = createCallerMedia();
    const invite = client.send("INVITE", `sip:echo@${DOMAIN}`, {
      headers: [["Content-Type", "application/sdp"]],
      body: await media.offer(),
    });
    const ok = await client.final(invite);
    await media.accept(ok.body);
    client.confirm(invite, ok);
    await media.until("speech", () => media.heard.length > 5);

    const begun = performance.now();
    echo.child.kill("SIGTERM");
    client.respond(await client.request("BYE"), 200);
    expect(await exitOf(echo.child)).toBe(0);
    expect(performance.now() - begun).toBeLessThan(2_500);
  });

  it("says what is wrong, and ends with 2; with 1 where the node does not admit it", async () => {
    for (const [args, words] of [
      [[], /--node is missing/],
      [["--node", "http://127.0.0.1:1"], /--node is a ws/],
      [["--node", "ws://127.0.0.1:1", "--chain", "x"], /--chain/],
      [["--node", "ws://127.0.0.1:1", "--as", "a b"], /--as/],
      [["--nod"], /--nod/],
    ] as const) {
      const { child, printed } = run(...args);
      expect(await exitOf(child)).toBe(2);
      expect(printed.err).toMatch(words);
      expect(printed.err).not.toContain("    at ");
    }
    const node = await startNode({ domain: DOMAIN });
    const refused = run("--node", node.url, "--domain", DOMAIN, "--as", "echo");
    expect(await exitOf(refused.child)).toBe(1);
    expect(refused.printed.err).toContain("Only accounts register here");
  });
});
