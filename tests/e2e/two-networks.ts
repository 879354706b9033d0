import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { HomeDomain } from "../../background/bus/phone-contract.ts";
import { findProgram } from "../../scripts/setup/ensure-system.js";
import { testCertificate } from "../../signaller/test-certificate.suite.ts";

type Who = "alice" | "bob";

/** Two machines, each in a network of its own, and a third between them that routes and runs the node. */
export interface TwoNetworks {
  /** Starts Chromium on this one's machine. */
  program(who: Who): string;
  home(who: Who): HomeDomain;
  /** Both reach the node, and not each other. */
  part(): void;
  /** This one reaches nobody. */
  cut(who: Who): void;
  heal(): void;
  /** This one's machine has no address any more, and nobody was told. */
  leave(who: Who): void;
  /** It has another one than before, as after a change from one radio network to the next. */
  arrive(who: Who): void;
  close(): Promise<void>;
}

const domain = "closed.example";
const port = 9443;
const numbers: Readonly<Record<Who, number>> = { alice: 1, bob: 2 };
/** In its network, behind who routes. */
const firstPlace = 2;
const root = join(import.meta.dirname, "../..");

/** Whether this machine lets us make networks at all: root may, where the kernel has them. */
export function canMakeNetworks(): boolean {
  if (process.getuid?.() !== 0 || !findProgram("ip") || !findProgram("nft")) return false;
  const network = name("try");
  try {
    ip("netns", "add", network);
    ip("link", "add", "one", "netns", network, "type", "veth", "peer", "name", "two", "netns", network);
    nft(network, "add", "table", "inet", "cut");
    return true;
  } catch (error) {
    if (error instanceof Error && "status" in error) return false;
    throw error;
  } finally {
    spawnSync(findProgram("ip") ?? "ip", ["netns", "delete", network]);
  }
}

export async function openTwoNetworks(): Promise<TwoNetworks> {
  const folder = mkdtempSync(join(tmpdir(), "etherlynk-networks-"));
  const names = { hub: name("hub"), alice: name("alice"), bob: name("bob") };
  for (const each of Object.values(names)) {
    ip("netns", "add", each);
    ip("-n", each, "link", "set", "lo", "up");
  }
  for (const who of ["alice", "bob"] as const) connect(names, who);
  const places = { alice: firstPlace, bob: firstPlace };
  ip("netns", "exec", names.hub, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward");
  const node = await startNode(names.hub, folder);
  const filter = (...rules: readonly string[]) => {
    const chains = ["input", "forward", "output"].map(
      hook => `chain ${hook} { type filter hook ${hook} priority 0; ${rules.join("; ")}; }`,
    );
    nft(names.hub, `table inet cut {\n${chains.join("\n")}\n}`);
  };
  return {
    program: who => writeProgram(folder, names[who], who),
    home: who => ({ domain, urls: [`wss://10.77.${numbers[who]}.1:${port}/`], chain: { id: 1 } }),
    part: () =>
      filter('iifname "to-alice" oifname "to-bob" drop', 'iifname "to-bob" oifname "to-alice" drop'),
    cut: who => filter(`iifname "to-${who}" drop`, `oifname "to-${who}" drop`),
    heal: () => nft(names.hub, "delete", "table", "inet", "cut"),
    leave: who => ip("-n", names[who], "addr", "flush", "dev", "net", "scope", "global"),
    arrive(who) {
      places[who] += 1;
      settle(names[who], numbers[who], places[who]);
    },
    async close() {
      const ended = node.exitCode === null ? once(node, "exit") : undefined;
      node.kill();
      await ended;
      for (const each of Object.values(names)) ip("netns", "delete", each);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function name(what: string): string {
  return `etherlynk-${process.pid}-${what}`;
}

function connect(names: Readonly<Record<Who | "hub", string>>, who: Who): void {
  const subnet = `10.77.${numbers[who]}`;
  const [hub, own] = [names.hub, names[who]];
  ip("link", "add", "net", "netns", own, "type", "veth", "peer", "name", `to-${who}`, "netns", hub);
  ip("-n", hub, "addr", "add", `${subnet}.1/24`, "dev", `to-${who}`);
  ip("-n", hub, "link", "set", `to-${who}`, "up");
  ip("-n", own, "link", "set", "net", "up");
  settle(own, numbers[who], firstPlace);
}

function settle(network: string, subnet: number, place: number): void {
  ip("-n", network, "addr", "add", `10.77.${subnet}.${place}/24`, "dev", "net");
  ip("-n", network, "route", "add", "default", "via", `10.77.${subnet}.1`);
}

function writeProgram(folder: string, network: string, who: Who): string {
  const file = join(folder, `chromium-of-${who}`);
  writeFileSync(file, `#!/bin/sh\nexec ip netns exec ${network} ${findProgram("chromium")} "$@"\n`);
  chmodSync(file, 0o755);
  return file;
}

/** TLS as everywhere but on one's own machine: phones take no other. */
async function startNode(network: string, folder: string): Promise<ChildProcess> {
  const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  writeFileSync(cert, testCertificate.cert);
  writeFileSync(key, testCertificate.key);
  const options = [
    "--host",
    "0.0.0.0",
    "--port",
    String(port),
    "--domain",
    domain,
    "--cert",
    cert,
    "--cert-key",
    key,
  ];
  const args = ["netns", "exec", network, process.execPath, join(root, "signaller/main.ts"), ...options];
  const node = spawn(findProgram("ip") ?? "ip", args, { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise<void>((resolve, reject) => {
    node.once("exit", code => reject(new Error(`The node ended with ${code}`)));
    createInterface({ input: node.stdout }).on("line", line => line.includes("listening") && resolve());
  });
  return node;
}

function ip(...args: readonly string[]): void {
  execFileSync(findProgram("ip") ?? "ip", args, { stdio: ["ignore", "ignore", "pipe"] });
}

function nft(network: string, ...args: readonly string[]): void {
  ip("netns", "exec", network, findProgram("nft") ?? "nft", ...args);
}
