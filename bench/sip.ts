import { headerValues, maxForwards } from "../protocol/sip/fields.ts";
import { parseMessage } from "../protocol/sip/parse-message.ts";
import { parseOptions, say } from "./options.ts";
import { alternate, type Goal, printRow, toRow } from "./rounds.ts";
import { createInvites, inviteBytes } from "./sip-invite.ts";
import { type Hop, hops } from "./sip-peers.ts";

// One hop of an INVITE in this process: bytes in, read, push Via, decrement Max-Forwards, write, bytes out. CPU of
// the whole process, so that what the collector does on other threads is paid for by whoever made the garbage.

type Name = keyof typeof hops;

const names = Object.keys(hops) as Name[];
const peers: readonly { name: Name; version: string; goal?: Goal }[] = [
  { name: "drachtio-sip", version: "drachtio-sip 0.6.3", goal: { atMost: 0.8 } },
  { name: "jssip", version: "jssip 3.13.8", goal: { atMost: 1 / 15 } },
  { name: "sip.js", version: "sip.js 0.21.2" },
  { name: "span-scan", version: "a scan for line ends that checks nothing" },
];

const options = parseOptions(process.argv.slice(2), 15);
const windowMs = options.quick ? 5 : 250;
const invites = createInvites(64);
for (const name of names) {
  checkHop(name);
  warm(name);
}
const rounds = await alternate(options.rounds, names, async (name, round) => {
  if (name === "etherlynk") say(`sip: round ${round + 1} of ${options.rounds}`);
  return measure(hops[name], windowMs);
});
for (const { name, version, goal } of peers) {
  const bench = `sip.hop.${name}`;
  if (!bench.includes(options.only)) continue;
  const pairs = rounds.map(round => ({ ours: round.etherlynk, peer: round[name] }));
  const spec = { bench, unit: "µs", peerName: version, more: { bytes: inviteBytes } };
  printRow(toRow(goal === undefined ? spec : { ...spec, goal }, pairs));
}

/** A peer that lost something on the way would be fast for nothing. */
function checkHop(name: Name): void {
  for (const invite of invites) {
    const before = parseMessage(invite.toString("latin1"));
    const after = parseMessage(hops[name](invite).toString("latin1"));
    const isHop =
      headerValues(after, "via").length === headerValues(before, "via").length + 1 &&
      maxForwards(after) === (maxForwards(before) ?? 0) - 1 &&
      after.headers.length >= before.headers.length &&
      after.body === before.body;
    if (!isHop) throw new Error(`${name} did not do the hop: there is nothing to measure.`);
  }
}

function warm(name: Name): void {
  measure(hops[name], options.quick ? 1 : 500);
}

/** Microseconds of CPU for one hop. */
function measure(hop: Hop, forMs: number): number {
  const until = performance.now() + forMs;
  const before = process.cpuUsage();
  let count = 0;
  do {
    for (const invite of invites) {
      if (hop(invite).length === 0) throw new Error("A hop wrote nothing.");
    }
    count += invites.length;
  } while (performance.now() < until);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}
