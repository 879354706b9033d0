import type { AddressBook } from "../../protocol/chain/address-book.ts";
import { formatNumber } from "../../protocol/number/number.ts";
import type { NodeKey } from "../../signaller/node-key.ts";
import { type DevChain, devAccounts } from "../chain/dev-chain.ts";
import { clientOf } from "../chain/dev-client.ts";
import { enterHome, hasHome } from "../chain/home.ts";
import { type Resident, seedDevChain } from "../chain/seed.ts";
import { type Person, people } from "./people.ts";

/** Who lives on the local chain, and where things are on it. */
export interface Residents {
  readonly book: AddressBook;
  of(person: Person): Resident;
}

/** Contracts, ENS, numbers and names: a few seconds on a new chain, nothing on one that was kept. */
export async function letMoveIn(chain: DevChain): Promise<Residents> {
  console.log("Alice and Bob move in there: contracts, ENS, numbers and names…");
  const { book, alice, bob } = await seedDevChain(chain);
  for (const { name, number } of [alice, bob]) console.log(`  ${name}, ${formatNumber(number)}`);
  return { book, of: ({ name }) => (name === "Alice" ? alice : bob) };
}

export interface HomeNode {
  readonly domain: string;
  readonly url: string;
  readonly key: NodeKey;
}

/** Their entries in the registrar of clients say that they are reached at this node, which has another port each time. */
export async function enterHomes(
  chain: DevChain,
  book: AddressBook,
  { domain, url, key }: HomeNode,
): Promise<void> {
  const clients = book.chains[0]?.clients;
  if (clients === undefined) return;
  const thumbprint = `0x${Buffer.from(key.thumbprint, "base64url").toString("hex")}` as const;
  const home = { domain, nodes: [{ url, key: thumbprint }] };
  const accounts = devAccounts();
  const enterings = people.map(async ({ index }) => {
    const account = accounts[index];
    if (account === undefined) throw new Error("A local chain has ten accounts.");
    const client = clientOf(chain, account.privateKey);
    if (!(await hasHome(client, clients, home))) await enterHome(client, clients, home);
  });
  await Promise.all(enterings);
}
