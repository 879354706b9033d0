import {
  type Chain,
  createPublicClient,
  createWalletClient,
  defineChain,
  type HttpTransport,
  http,
  type PublicClient,
  type WalletClient,
} from "viem";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";

/** Reads a chain and sends to it, as one account. */
export interface Client {
  readonly account: PrivateKeyAccount;
  readonly read: PublicClient<HttpTransport, Chain>;
  readonly write: WalletClient<HttpTransport, Chain, PrivateKeyAccount>;
}

export interface ClientOptions {
  readonly rpc: string;
  readonly chainId: number;
}

export function createClient({ rpc, chainId }: ClientOptions, account: PrivateKeyAccount): Client {
  const chain = toChain(rpc, chainId);
  const transport = http(rpc);
  return {
    account,
    read: createPublicClient({ chain, transport, pollingInterval: 20 }),
    write: createWalletClient({ account, chain, transport }),
  };
}

export function clientOf(options: ClientOptions, privateKey: `0x${string}`): Client {
  return createClient(options, privateKeyToAccount(privateKey));
}

function toChain(rpc: string, id: number): Chain {
  const nativeCurrency = { name: "Ether", symbol: "ETH", decimals: 18 };
  return defineChain({ id, name: `Chain ${id}`, nativeCurrency, rpcUrls: { default: { http: [rpc] } } });
}
