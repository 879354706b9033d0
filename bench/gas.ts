import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { type Artifact, startGasChain } from "./gas-chain.ts";
import { measureClients, measureNumbers } from "./gas-ours.ts";
import { measureEns, measureToken } from "./gas-peers.ts";
import { parseOptions, say } from "./options.ts";
import { printRow, toLoneRow, toRow } from "./rounds.ts";

// Gas of whole transactions on a local chain, ours and the peers' in one run. Gas is exact: one round is enough, and
// the interval is the figure itself.

interface Comparison {
  readonly bench: string;
  readonly ours: number;
  readonly peer: number;
  readonly peerName: string;
  /** Gas that ours may cost at most. */
  readonly atMost?: number;
}

const { only } = parseOptions(process.argv.slice(2), 1);
const solady = "Solady 0.1.26";
const openZeppelin = "OpenZeppelin 5.7.0";
const ens = "ENS ethregistrar 2.0.5, resolver 0.3.1";
// shared figures of ENS as it is today, which does not install from the registry: compiled and measured elsewhere.
const cited = { name: "ENS today, cited", register: 254_878, setText: 108_628 };

const chain = await startGasChain();
try {
  say("gas: ours");
  const numbers = await measureNumbers(chain);
  const clients = await measureClients(chain);
  say("gas: bare tokens and ENS");
  const bare = await measureToken(chain, builtFor("BareSolady"));
  const other = await measureToken(chain, builtFor("BareOpenZeppelin"));
  const enumerable = await measureToken(chain, builtFor("BareEnumerable"));
  const published = await measureEns(chain);
  const value = 21_000;
  const { commitNew, claimNew, commitKnown, claimKnown } = numbers;
  const claimed = { ours: commitNew + claimNew, atMost: 120_000 };
  const bought = (to: number) => to + value;
  const dressed = numbers.transferDressed;
  const comparisons: readonly Comparison[] = [
    { bench: "gas.claim.new", ...claimed, peer: cited.register, peerName: cited.name },
    {
      bench: "gas.claim.new.published",
      ...claimed,
      peer: published.commit + published.register,
      peerName: ens,
    },
    {
      bench: "gas.claim.known",
      ours: commitKnown + claimKnown,
      peer: bare.mintKnown,
      peerName: `${solady}, a mint without commitment or fee`,
    },
    {
      bench: "gas.claim.known.enumerable",
      ours: commitKnown + claimKnown,
      peer: enumerable.mintKnown,
      peerName: `${openZeppelin} ERC721Enumerable, a mint without commitment or fee`,
    },
    {
      bench: "gas.transfer",
      ours: dressed,
      peer: bare.transferToHolder,
      peerName: solady,
      atMost: Math.floor(1.03 * bare.transferToHolder),
    },
    {
      bench: "gas.transfer.openzeppelin",
      ours: dressed,
      peer: other.transferToHolder,
      peerName: openZeppelin,
    },
    {
      bench: "gas.transfer.enumerable",
      ours: dressed,
      peer: enumerable.transferToHolder,
      peerName: `${openZeppelin} ERC721Enumerable`,
    },
    { bench: "gas.transfer.bare", ours: numbers.transferBare, peer: bare.transferToHolder, peerName: solady },
    {
      bench: "gas.buy.known",
      ours: numbers.buyKnown,
      peer: bought(bare.transferToHolder),
      peerName: `${solady}, transfer and payment`,
      atMost: 70_000,
    },
    {
      bench: "gas.buy.new",
      ours: numbers.buyNew,
      peer: bought(bare.transferToNew),
      peerName: `${solady}, transfer and payment`,
      atMost: 88_000,
    },
    {
      bench: "gas.entry.change",
      ours: clients.changedAll,
      peer: cited.setText,
      peerName: `${cited.name}, setText of 44 bytes`,
      atMost: cited.setText,
    },
    {
      bench: "gas.entry.change.published",
      ours: clients.changedAll,
      peer: published.setText,
      peerName: `${ens}, setText of 44 bytes`,
    },
    {
      bench: "gas.entry.change.one",
      ours: clients.changedOne,
      peer: cited.setText,
      peerName: `${cited.name}, setText of 44 bytes`,
    },
  ];
  for (const comparison of comparisons) if (comparison.bench.includes(only)) print(comparison);
  const first = { bench: "gas.entry.first", unit: "gas", peerName: "none" };
  if (first.bench.includes(only)) printRow(toLoneRow(first, [clients.first], "written once an account"));
} finally {
  await chain.stop();
}

function print({ bench, ours, peer, peerName, atMost }: Comparison): void {
  const goal = atMost === undefined ? {} : { goal: { atMost: atMost / peer } };
  const more = { ...(atMost !== undefined && { atMost }), coverage: 1 };
  const row = toRow({ bench, unit: "gas of whole transactions", peerName, ...goal, more }, [{ ours, peer }]);
  // Gas is exact, so all its digits stand.
  printRow({ ...row, ours, peer });
}

/** What forge built of contracts/test/peers/. */
function builtFor(contract: string): Artifact {
  const script = new URL("../scripts/contracts.ts", import.meta.url).pathname;
  const { status, stdout } = spawnSync(process.execPath, [script, "build"], { encoding: "utf8" });
  if (status !== 0) throw new Error(`The peers' contracts could not be built. ${stdout}`.trim());
  const file = new URL(`../.output/contracts/out/BareTokens.sol/${contract}.json`, import.meta.url);
  const { abi, bytecode } = JSON.parse(readFileSync(file, "utf8"));
  return { abi, bytecode: bytecode.object };
}
