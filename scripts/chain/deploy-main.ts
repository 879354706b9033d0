// `npm run chain:deploy -- --rpc URL`: the contracts on a chain, and the chain in an address book. docs/chain.md.
import { createPublicClient, formatEther, http } from "viem";
import { EtherlynkError } from "../../protocol/errors.ts";
import { writeToBook } from "./book-file.ts";
import { deployContracts } from "./deploy.ts";
import { type DeployCommand, readDeployOptions } from "./deploy-options.ts";
import { readDeployer } from "./deployer-key.ts";
import { createClient } from "./dev-client.ts";

try {
  await run(readDeployOptions(process.argv.slice(2)));
} catch (error) {
  console.error(inWords(error));
  process.exitCode = 1;
}

async function run(command: DeployCommand): Promise<void> {
  const { rpc, out, keystore, minCommitAge, ens } = command;
  const account = await readDeployer({ keystore, environment: process.env });
  const chainId = await createPublicClient({ transport: http(rpc) }).getChainId();
  const client = createClient({ rpc, chainId }, account);
  const balance = await client.read.getBalance({ address: account.address });
  console.log(`Chain ${chainId}; ${account.address} deploys and has ${formatEther(balance)} of its coin`);
  const treasury = command.treasury ?? account.address;
  const deployed = await deployContracts(client, { treasury, minCommitAge, log: console.log });
  const name = command.name ?? `Chain ${chainId}`;
  writeToBook(out, {
    ...{ id: chainId, name, rpcs: command.publicRpcs },
    ...(ens === undefined ? {} : { ens }),
    ...deployed,
  });
  console.log(`The chain stands in ${out}`);
}

function inWords(error: unknown): string {
  if (error instanceof EtherlynkError) return error.message;
  // viem's errors carry a first sentence for people, and pages for developers.
  if (error instanceof Error && "shortMessage" in error)
    return `${error.shortMessage} Run this again to go on.`;
  return error instanceof Error ? error.message : String(error);
}
