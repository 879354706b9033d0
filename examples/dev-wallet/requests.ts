import { createWalletClient, defineChain, http } from "viem";
import type { Confirmations } from "./confirmations.ts";
import {
  describeConnect,
  describeText,
  describeTransaction,
  describeTyped,
  readTransaction,
  readTypedMessage,
} from "./describe.ts";
import type { DevWalletOptions } from "./options.ts";
import { invalid, RpcError, unauthorized } from "./rpc-error.ts";
import { accountOf, accountsFor, type State, type WalletState } from "./state.ts";

export interface RequestParts {
  readonly options: DevWalletOptions;
  readonly state: State;
  readonly confirmations: Confirmations;
}

export interface Request {
  readonly origin: string;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** A request with what it needs around it. */
interface Job extends RequestParts {
  readonly request: Request;
  readonly now: WalletState;
}

type Answer = (job: Job) => unknown;

/** Read by anybody, straight from the chain. */
const reading = new Set([
  "eth_blockNumber",
  "eth_call",
  "eth_estimateGas",
  "eth_gasPrice",
  "eth_getBalance",
  "eth_getBlockByNumber",
  "eth_getCode",
  "eth_getLogs",
  "eth_getTransactionByHash",
  "eth_getTransactionCount",
  "eth_getTransactionReceipt",
]);

const answers: Readonly<Record<string, Answer>> = {
  metamask_getProviderState: ({ request, now }) => ({
    accounts: accountsFor(now, request.origin),
    chainId: toHex(now.chainId),
    isUnlocked: !now.isLocked,
    networkVersion: `${now.chainId}`,
    isConnected: true,
  }),
  eth_chainId: ({ now }) => toHex(now.chainId),
  net_version: ({ now }) => `${now.chainId}`,
  eth_accounts: ({ request, now }) => accountsFor(now, request.origin),
  eth_requestAccounts: connect,
  personal_sign: signText,
  eth_signTypedData_v4: signTyped,
  eth_sendTransaction: send,
  wallet_switchEthereumChain: switchChain,
};

/** @throws RpcError; whatever else is a bug */
export async function answer(parts: RequestParts, request: Request): Promise<unknown> {
  const job = { ...parts, request, now: await parts.state.read() };
  const known = Object.hasOwn(answers, request.method) ? answers[request.method] : undefined;
  if (known) return known(job);
  if (reading.has(request.method)) return readChain(job);
  throw new RpcError(-32_601, `This wallet has no method "${request.method.slice(0, 64)}".`);
}

async function connect({ request, now, state, confirmations }: Job): Promise<readonly string[]> {
  const seen = accountsFor(now, request.origin);
  if (seen.length > 0) return seen;
  await confirmations.ask({ ...describeConnect(now.isLocked), ...about(request, now) });
  const { approved } = await state.read();
  await state.change({ isLocked: false, approved: [...new Set([...approved, request.origin])] });
  return [accountOf(now).address];
}

async function signTyped({ request, now, confirmations }: Job): Promise<string> {
  const [from, text] = request.params;
  const account = mine(now, request.origin, from);
  const typed = readTypedMessage(text);
  const { chainId } = typed.domain;
  if (chainId !== undefined && Number(chainId) !== now.chainId)
    throw invalid(`The chain of what is to be signed (${chainId}) is not the wallet's (${now.chainId}).`);
  await confirmations.ask({ ...describeTyped(typed), ...about(request, now) });
  return account.signTypedData(typed as never);
}

async function signText({ request, now, confirmations }: Job): Promise<string> {
  const [hex, from] = request.params;
  const account = mine(now, request.origin, from);
  const { raw, ...text } = describeText(hex);
  await confirmations.ask({ ...text, ...about(request, now) });
  return account.signMessage({ message: { raw } });
}

async function send({ request, now, confirmations, options }: Job): Promise<string> {
  const { from, ...transaction } = readTransaction(request.params[0]);
  const account = mine(now, request.origin, from);
  await confirmations.ask({ ...describeTransaction(transaction, now.chainId), ...about(request, now) });
  const chain = defineChain({
    id: now.chainId,
    name: "development",
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [options.rpc] } },
  });
  const client = createWalletClient({ account, chain, transport: http(options.rpc) });
  const { to, value, data } = transaction;
  return client.sendTransaction({
    ...(to && { to }),
    ...(value && { value: BigInt(value) }),
    ...(data && { data }),
  });
}

async function switchChain({ request, now, state, options }: Job): Promise<null> {
  const [wish] = request.params as readonly [{ readonly chainId?: unknown } | undefined];
  const chainId = Number(wish?.chainId);
  if (chainId !== options.chainId && chainId !== now.chainId)
    throw new RpcError(4902, "This wallet does not know that chain.");
  await state.change({ chainId });
  return null;
}

async function readChain({ request, options }: Job): Promise<unknown> {
  const { method, params } = request;
  const response = await fetch(options.rpc, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  const { result, error } = await response.json();
  if (error) throw new RpcError(Number(error.code), String(error.message));
  return result;
}

/** The account, where it was shown to who asks. @throws RpcError 4100 */
function mine(now: WalletState, origin: string, from: unknown) {
  const account = accountOf(now);
  const isShown = accountsFor(now, origin).length > 0;
  if (!isShown || String(from).toLowerCase() !== account.address.toLowerCase()) throw unauthorized();
  return account;
}

function about({ origin }: Request, now: WalletState) {
  return { origin, account: accountOf(now).address, chainId: now.chainId };
}

function toHex(chainId: number): string {
  return `0x${chainId.toString(16)}`;
}
