import { parseEther, zeroAddress } from "viem";
import type { AddressBook } from "../../protocol/chain/address-book.ts";
import type { AccountText } from "../../protocol/number/address.ts";
import { type NumberText, parseNumber } from "../../protocol/number/number.ts";
import { type Claim, ClaimError, claimNumber, linkName } from "./claim.ts";
import { deployContracts } from "./deploy.ts";
import { type DevAccount, devAccounts } from "./dev-chain.ts";
import { type Client, type ClientOptions, clientOf } from "./dev-client.ts";
import { deployEns, type Ens, goByName, goesByName, registerName } from "./ens.ts";
import { enterHome, type HomeEntry, hasHome } from "./home.ts";

/** Somebody who lives on the local chain, with a number and a name that claim each other. */
export interface Resident {
  readonly account: AccountText;
  readonly name: string;
  readonly number: NumberText;
}

export interface Seeded {
  readonly book: AddressBook;
  readonly ens: Ens;
  readonly alice: Resident;
  readonly bob: Resident;
}

/** A second is the least that the contract takes; nobody races anybody on a local chain. */
export const devCommitAge = 1;

/**
 * Deploys everything on a local chain and lets Alice and Bob move in, with their accounts, the first two of the
 * chain's. What stands already is left as it is.
 */
export async function seedDevChain(options: ClientOptions): Promise<Seeded> {
  const keys = devAccounts();
  const [deployer, publisher] = [clientAt(options, keys.at(-2)), clientAt(options, keys.at(-1))];
  const treasury = deployer.account.address;
  const quiet = () => undefined;
  const { numbers, clients } = await deployContracts(deployer, {
    treasury,
    minCommitAge: devCommitAge,
    log: quiet,
  });
  const ens = await deployEns(publisher);
  const place = { ens, publisher, numbers };
  const alice = { label: "alice", number: parseNumber("+999 1000 1000"), owner: clientAt(options, keys[0]) };
  const bob = { label: "bob", number: parseNumber("+999 2000 2000"), owner: clientAt(options, keys[1]) };
  const claims = [alice, bob].map(({ number, owner }) => claimUnlessTaken(owner, { numbers, number }));
  const [isAlicesNew, isBobsNew] = await Promise.all(claims);
  // One after the other: both need the publisher's nonces.
  await moveIn(alice, place, isAlicesNew ?? false);
  await moveIn(bob, place, isBobsNew ?? false);
  const { rpc, chainId: id } = options;
  const book = { chains: [{ id, name: "Local chain", rpcs: [rpc], ens: ens.registry, numbers, clients }] };
  return { book, ens, alice: toResident(alice), bob: toResident(bob) };
}

/** Says on the chain where Alice and Bob are reached; nothing is sent where it says so already. */
export async function enterHomes(options: ClientOptions, { book }: Seeded, home: HomeEntry): Promise<void> {
  const clients = book.chains[0]?.clients ?? zeroAddress;
  const [alice, bob] = devAccounts();
  for (const key of [alice, bob]) {
    const owner = clientAt(options, key);
    if (!(await hasHome(owner, clients, home))) await enterHome(owner, clients, home);
  }
}

/** Sends play money from one of the chain's rich accounts: at most 100 at a time, so that it lasts. */
export async function giveMoney(options: ClientOptions, to: AccountText, ether = 10): Promise<void> {
  const giver = clientAt(options, devAccounts().at(-2));
  const value = parseEther(String(Math.min(Math.max(ether, 0), 100)));
  const hash = await giver.write.sendTransaction({ to, value });
  await giver.read.waitForTransactionReceipt({ hash });
}

interface Person {
  readonly label: string;
  readonly number: NumberText;
  readonly owner: Client;
}

interface Place {
  readonly ens: Ens;
  readonly publisher: Client;
  readonly numbers: AccountText;
}

/** Once: what people changed or sold since then is theirs. The way back from the account is set last, and for good. */
async function moveIn(
  person: Person,
  { ens, publisher, numbers }: Place,
  isNumberNew: boolean,
): Promise<void> {
  const { label, number, owner } = person;
  if (!isNumberNew && (await goesByName(owner, ens))) return;
  const name = await registerName(ens, publisher, { label, owner, number });
  await linkName(owner, { numbers, number }, name);
  await goByName(ens, owner, name);
}

async function claimUnlessTaken(owner: Client, claim: Claim): Promise<boolean> {
  try {
    return await claimNumber(owner, claim);
  } catch (error) {
    if (error instanceof ClaimError && error.code === "chain.taken") return false;
    throw error;
  }
}

function toResident({ label, number, owner }: Person): Resident {
  return { account: owner.account.address, name: `${label}.eth`, number };
}

function clientAt(options: ClientOptions, key: DevAccount | undefined): Client {
  if (key === undefined) throw new Error("A local chain has ten accounts.");
  return clientOf(options, key.privateKey);
}
