// The chain, and the wallets that sign for it. Reading goes to the chain's own address, so that orders can be followed
// before a wallet is connected; what costs something goes through the wallet.

const refused = 4001; // EIP-1193: the user said no
const oldest = 500; // blocks that are looked through for payments
const atOnce = 50;

/** Wallets that announce themselves (EIP-6963). `found` hears of each, once. */
export function findWallets(found) {
  const known = new Set();
  addEventListener("eip6963:announceProvider", ({ detail }) => {
    if (known.has(detail.info.uuid)) return;
    known.add(detail.info.uuid);
    found({ name: detail.info.name, icon: detail.info.icon, provider: detail.provider });
  });
  dispatchEvent(new Event("eip6963:requestProvider"));
}

/** The account the user lets this page see; undefined where they refuse. Without `ask`, only what was allowed before. */
export async function connect(wallet, ask = true) {
  try {
    const method = ask ? "eth_requestAccounts" : "eth_accounts";
    const [account] = await wallet.provider.request({ method });
    return account?.toLowerCase();
  } catch (error) {
    if (error.code === refused) return undefined;
    throw error;
  }
}

/** Pays an order; gives the transaction's hash, or undefined where the user refuses. */
export async function pay(wallet, order) {
  const { provider } = wallet;
  const transaction = {
    from: order.buyer,
    to: order.seller,
    value: `0x${BigInt(order.wei).toString(16)}`,
    data: referenceOf(order),
  };
  try {
    return await provider.request({ method: "eth_sendTransaction", params: [transaction] });
  } catch (error) {
    if (error.code === refused) return undefined;
    throw error;
  }
}

/** Play money, from an account whose keys the local chain holds. */
export async function askFaucet(rpc, from, to) {
  const value = `0x${(10n * 10n ** 18n).toString(16)}`;
  await ask(rpc, [["eth_sendTransaction", [{ from, to, value }]]]);
}

/** The chain that wallet signs for. */
export async function chainIdOf(wallet) {
  return Number(await wallet.provider.request({ method: "eth_chainId" }));
}

/**
 * Follows the chain and finds the payment of each order: a transfer from buyer to seller that bears the order's
 * number. The chain is the desk's only memory, and both parties see the same.
 */
export function createLedger(rpc, orders) {
  const payments = new Map();
  let next;
  return {
    payments,
    /** Reads what is new; gives the height, and whether a payment was found. */
    async read() {
      const [height] = await ask(rpc, [["eth_blockNumber", []]]).then(([hex]) => [Number(hex)]);
      // Lower than before: the local chain was thrown away and began anew.
      if (next === undefined || height < next - 1) {
        payments.clear();
        next = Math.max(0, height - oldest);
      }
      const before = payments.size;
      while (next <= height) {
        const last = Math.min(height, next + atOnce - 1);
        const numbers = Array.from({ length: last - next + 1 }, (_, i) => `0x${(next + i).toString(16)}`);
        const blocks = await ask(
          rpc,
          numbers.map(number => ["eth_getBlockByNumber", [number, true]]),
        );
        for (const block of blocks) await look(block);
        next = last + 1;
      }
      return { height, isNews: payments.size !== before };
    },
  };

  async function look(block) {
    for (const transaction of block?.transactions ?? []) {
      const order = orders.find(each => isPaymentOf(each, transaction));
      if (!order || payments.has(order.id)) continue;
      const [receipt] = await ask(rpc, [["eth_getTransactionReceipt", [transaction.hash]]]);
      payments.set(order.id, {
        hash: transaction.hash,
        block: Number(receipt.blockNumber),
        gas: Number(receipt.gasUsed),
        isGood: receipt.status === "0x1",
        at: Number(block.timestamp) * 1000,
      });
    }
  }
}

/** What the transfer bears, so that it is known for the order's. */
function referenceOf({ id }) {
  return `0x${[...new TextEncoder().encode(id)].map(byte => byte.toString(16).padStart(2, "0")).join("")}`;
}

function isPaymentOf(order, { from, to, value, input }) {
  const isTheirs = from === order.buyer && to === order.seller;
  return isTheirs && input === referenceOf(order) && BigInt(value) >= BigInt(order.wei);
}

async function ask(rpc, calls) {
  const body = calls.map(([method, params], id) => ({ jsonrpc: "2.0", id, method, params }));
  const response = await fetch(rpc, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const answers = await response.json();
  const failed = answers.find(({ error }) => error);
  if (failed) throw new Error(failed.error.message);
  return answers.sort((a, b) => a.id - b.id).map(({ result }) => result);
}
