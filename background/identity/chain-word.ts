import type { DeviceId } from "../../protocol/ids.ts";
import type { AccountText, Address } from "../../protocol/number/address.ts";
import { ChainError } from "../chain/chain.ts";
import type { Directory } from "../chain/directory.ts";

/** What the chain says about who may speak for whom. */
export interface ChainWord {
  /** Whether a name or number is this account's now. One that cannot be asked about is nobody's. */
  isOf(address: Address, account: AccountText): Promise<boolean>;
  /** Nothing where it cannot be asked. */
  standingOf(account: AccountText): Promise<Standing | undefined>;
}

export interface Standing {
  readonly accountEpoch: number;
  readonly revoked: readonly DeviceId[];
}

export function createChainWord(directory: Directory | undefined, signal: AbortSignal): ChainWord {
  const ask = async <Answer>(work: (it: Directory) => Promise<Answer>): Promise<Answer | undefined> => {
    try {
      return directory && (await work(directory));
    } catch (error) {
      if (error instanceof ChainError) return undefined;
      throw error;
    }
  };
  return {
    async isOf(address, account) {
      if (address.target.kind === "user") return false;
      const known = await ask(it => it.resolve(address, signal));
      if (known?.account === account) return true;
      // Before it is denied: the number may have been sold with the block that is the newest now.
      const anew = await ask(it => it.resolve(address, signal, { isAnew: true }));
      return anew?.account === account;
    },
    standingOf: account => ask(it => it.resolve({ target: { kind: "account", account } }, signal)),
  };
}
