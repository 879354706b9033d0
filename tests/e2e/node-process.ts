import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A signaller as its command line starts it, in a process of its own. */
export interface NodeProcess {
  readonly port: number;
  readonly httpUrl: string;
  readonly wsUrl: string;
  /** What it printed so far. */
  readonly printed: readonly string[];
  /** Ends it without a word, as a crash or a power cut would. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** Another process with the same command line, on the same port. */
  again(): Promise<NodeProcess>;
}

export interface NodeStart {
  /** More of the command line. */
  readonly options?: readonly string[];
  readonly port?: number;
  readonly domain?: string;
}

/**
 * `TEST_AGAINST=peerserver` runs the PeerJS tests against npm `peer`, `TEST_AGAINST=kamailio` the SIP tests against
 * Kamailio: it shows that they ask for nothing but stock behaviour.
 */
const testAgainst = process.env["TEST_AGAINST"];
export const againstPeerServer = testAgainst === "peerserver";
export const againstKamailio = testAgainst === "kamailio";

export const testDomain = "test.example";

const longestStartMs = 20_000;
const root = join(import.meta.dirname, "../..");

export async function startNode(start: NodeStart = {}): Promise<NodeProcess> {
  const { options = [], port = 0, domain = testDomain } = start;
  const command = againstKamailio
    ? await kamailioCommand(port)
    : againstPeerServer
      ? [process.execPath, join(root, "tests/e2e/peer-server.ts"), String(port)]
      : [
          process.execPath,
          join(root, "signaller/main.ts"),
          ...["--port", String(port), "--host", "127.0.0.1", "--open", "--domain", domain, "--peers"],
          ...options,
        ];
  const [program = "", ...args] = command;
  const child = spawn(program, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  const printed: string[] = [];
  const listening = await readPort(child, printed);
  return {
    port: listening,
    httpUrl: `http://127.0.0.1:${listening}`,
    wsUrl: `ws://127.0.0.1:${listening}`,
    printed,
    async kill() {
      await end(child, "SIGKILL");
    },
    stop: () => end(child, "SIGTERM"),
    again: () => startNode({ ...start, port: listening }),
  };
}

async function kamailioCommand(port: number): Promise<string[]> {
  const chosen = port === 0 ? await findFreePort() : port;
  const folder = join(root, `.output/kamailio-${chosen}`);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "kamailio.cfg");
  const config = readFileSync(join(root, "bench/peers/kamailio.cfg"), "utf8")
    .replace("LISTEN_PORT", String(chosen))
    .replace("bench.example", testDomain);
  writeFileSync(file, config);
  // It says nothing that we could wait for; its shell says where it will be.
  const words = `echo "http://127.0.0.1:${chosen}/"; exec kamailio -f ${file} -DD -m 64 -M 8 -P ${folder}/pid -Y ${folder}`;
  return ["sh", "-c", words];
}

/** A port that is free now, for nodes that must know of each other before they start. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("No port");
  return address.port;
}

function readPort(child: ChildProcess, printed: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const refuse = (why: string) =>
      reject(new Error(`${why}; it printed: ${printed.join("\n") || "nothing"}`));
    const late = setTimeout(() => refuse("The node did not say where it listens"), longestStartMs);
    child.once("exit", code => {
      clearTimeout(late);
      refuse(`The node ended with ${code} before it listened`);
    });
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on("line", line => {
        printed.push(line);
        const port = /\b(?:wss?|https?):\/\/[^\s/]+:(\d+)/.exec(line)?.[1];
        if (!port) return;
        clearTimeout(late);
        resolve(Number(port));
      });
    }
  });
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
  return child.exitCode;
}
