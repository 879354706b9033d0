import {
  type HDAccount,
  mnemonicToAccount,
  type PrivateKeyAccount,
  privateKeyToAccount,
} from "viem/accounts";

/** Known to the whole world (it is anvil's and Hardhat's): what these accounts hold on a real chain is anybody's. */
const mnemonic = "test test test test test test test test test test test junk";

export const accountCount = 10;

export type DevAccount = HDAccount | PrivateKeyAccount;

/** @param chosen an index of anvil's accounts, or a private key */
export function openAccount(chosen: number | `0x${string}`): DevAccount {
  if (typeof chosen === "string") return privateKeyToAccount(chosen);
  return mnemonicToAccount(mnemonic, { addressIndex: chosen });
}
