import { formatNumber } from "../../protocol/number/number.ts";
import { devAccounts } from "../chain/dev-chain.ts";
import type { Resident } from "../chain/seed.ts";
import { createSite } from "../site.ts";
import { alice, bob, type Person, people } from "./people.ts";

export interface DeskChain {
  readonly id: number;
  readonly rpc: string;
}

type ResidentOf = (person: Person) => Pick<Resident, "name" | "number">;

interface Line {
  readonly what: string;
  readonly quantity: number;
  /** Of one. */
  readonly wei: bigint;
}

const gwei = 10n ** 9n;
const folder = "examples/dapp";

/**
 * The pages of `examples/dapp/`, with the orders of Alice and Bob. Under the strictest policy that they work with:
 * what Etherlynk puts into a page has to work under it too.
 */
export function createDeskSite(chain: DeskChain, residentOf: ResidentOf) {
  const files = ["desk.css", "desk.js", "chain.js", "talk.js", "icon.svg"];
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${new URL(chain.rpc).origin}`,
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ];
  return createSite(
    {
      "/": `${folder}/index.html`,
      ...Object.fromEntries(files.map(file => [`/${file}`, `${folder}/${file}`])),
    },
    {
      json: { "/desk.json": () => toDesk(chain, residentOf) },
      headers: { "content-security-policy": policy.join("; ") },
    },
  );
}

/**
 * Pays the order that was settled before the demo begins: there is something to look at, and it is on the chain. A
 * chain that is kept has it from its first run: Bob's first transaction is always this.
 */
export async function settleFirstOrder({ rpc }: DeskChain): Promise<void> {
  const { seller, buyer, wei, id } = settled;
  if (Number(await ask(rpc, "eth_getTransactionCount", [buyer, "latest"])) > 0) return;
  const value = `0x${BigInt(wei).toString(16)}`;
  const data = `0x${Buffer.from(id).toString("hex")}`;
  // The chain holds the keys of its own accounts.
  await ask(rpc, "eth_sendTransaction", [{ from: buyer, to: seller, value, data }]);
}

async function ask(rpc: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const response = await fetch(rpc, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  const answer: { readonly result?: unknown; readonly error?: { readonly message: string } } =
    await response.json();
  if (answer.error) throw new Error(`The chain refused ${method}: ${answer.error.message}`);
  return answer.result;
}

function toDesk(chain: DeskChain, residentOf: ResidentOf) {
  return {
    chain: { ...chain, name: "Local chain" },
    people: people.map(person => {
      const { name: ens, number } = residentOf(person);
      return { name: person.name, account: person.account, ens, number: formatNumber(number) };
    }),
    // Rich, and its keys are held by the chain itself.
    faucet: devAccounts().at(-2)?.account,
    orders,
  };
}

const settled = order({
  id: "OTC-7302",
  goods: "3,000 ARC at 0.00035 ETH",
  seller: alice,
  buyer: bob,
  agreed: "2026-10-29",
  invoice: { number: "2026-118", due: "2026-11-12" },
  lines: [{ what: "ARC token, block trade", quantity: 3_000, wei: 350_000n * gwei }],
});

const orders = [
  order({
    id: "OTC-7351",
    goods: "12,000 ARC at 0.00035 ETH",
    seller: alice,
    buyer: bob,
    agreed: "2026-11-24",
    invoice: { number: "2026-131", due: "2026-12-08" },
    lines: [
      { what: "ARC token, block trade", quantity: 12_000, wei: 350_000n * gwei },
      { what: "Desk fee", quantity: 1, wei: 12_000_000n * gwei },
    ],
  }),
  order({
    id: "OTC-7348",
    goods: "Validator hosting, two months",
    seller: bob,
    buyer: alice,
    agreed: "2026-11-21",
    invoice: { number: "B-0042", due: "2026-12-05" },
    lines: [{ what: "Hosting of one validator, a month", quantity: 2, wei: 175_000_000n * gwei }],
  }),
  settled,
];

interface OrderParts {
  readonly id: string;
  readonly goods: string;
  readonly seller: Person;
  readonly buyer: Person;
  readonly agreed: string;
  readonly invoice: { readonly number: string; readonly due: string };
  readonly lines: readonly Line[];
}

/** As the page reads it: accounts in lower case, as the chain answers them, and amounts as texts of digits. */
function order({ lines, invoice, seller, buyer, ...rest }: OrderParts) {
  const total = lines.reduce((sum, { quantity, wei }) => sum + BigInt(quantity) * wei, 0n);
  return {
    ...rest,
    seller: seller.account.toLowerCase(),
    buyer: buyer.account.toLowerCase(),
    wei: String(total),
    invoice: { ...invoice, lines: lines.map(line => ({ ...line, wei: String(line.wei) })) },
  };
}
