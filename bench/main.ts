import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { sayWhatIsMissing } from "./cpu.ts";
import { takeMachine } from "./one-at-a-time.ts";
import { say } from "./options.ts";

/** `npm run bench -- NAME [--rounds N] [--quick] [--only TEXT] [--cpu-profile]` */
const benches: Readonly<Record<string, string>> = {
  relay:
    "PeerJS messages between random pairs: server CPU and latency, against PeerServer and a bare ws relay",
  idle: "10,000 PeerJS clients and 10,000 SIP users at rest: memory, connect CPU; 5,000 reconnect at once",
  sip: "one hop of an INVITE: read, push Via, decrement Max-Forwards, write; against other libraries",
  log: "the phone's call log in Chromium: storing, paging, searching, against each record sealed by itself",
  proxy: "REGISTER and whole INVITE..BYE dialogs over WebSocket: server CPU, against Kamailio",
  page: "what a page pays, switched on and not, and one of 10,000 addresses; against empty scripts, and MetaMask's provider",
  call: "two browsers: a click to ringing, an answer to sound; against PeerJS and a bare connection; --only delay: 50 ms a hop",
  gas: "whole transactions of the contracts: claim, transfer, sale, client entry; against bare tokens and ENS",
  chain: "a name resolved by the phone, cold and warm: round trips and time; against the same reads by viem",
  "chain-node":
    "a node starting against 100,000 numbers and 10,000 clients: time and memory; CPU of following a block",
  wake: "the worker dead, a call arriving: to ringtone, notice and window; against an empty worker",
};

const [name = "", ...args] = process.argv.slice(2);
const missing = sayWhatIsMissing();
if (!(name in benches)) {
  if (name && !name.startsWith("-")) say(`There is no benchmark "${name}".`);
  say("npm run bench -- NAME [--rounds N] [--quick] [--only PART-OF-A-ROW'S-NAME] [--cpu-profile]");
  for (const [known, work] of Object.entries(benches)) say(`  ${known.padEnd(6)} ${work}`);
  process.exitCode = name && !name.startsWith("-") ? 1 : 0;
} else if (missing) {
  say(missing);
  process.exitCode = 1;
} else {
  // The quick form measures nothing that could be disturbed.
  const machine = args.includes("--quick") ? undefined : await takeMachine();
  process.exitCode = await run(name, args);
  machine?.release();
}

/** Each benchmark is a program of its own, so that one leaves nothing behind in another. */
function run(bench: string, rest: readonly string[]): Promise<number> {
  const file = fileURLToPath(new URL(`${bench}.ts`, import.meta.url));
  const child = spawn(process.execPath, [file, ...rest], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });
}
