/** What one build of the development wallet is for. */
export interface DevWalletOptions {
  /** One of anvil's ten accounts (0 to 9), or a private key. */
  readonly account: number | `0x${string}`;
  readonly rpc: string;
  readonly chainId: number;
  /** Ids of the extensions that may ask; every one where it is left out. */
  readonly allowed?: readonly string[];
}
