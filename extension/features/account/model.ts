import type { HomeDomain } from "../../../background/bus/phone-contract.ts";
import type { Ask } from "../../../protocol/bus/contract.ts";

declare module "../../../protocol/bus/contract.ts" {
  interface Asks {
    /** Makes this device's keys, and tells what the wallet of the account has to sign for them. */
    "account.delegation.prepare": Ask<{ readonly account: string }, DelegationWish>;
    /** The wallet signed what was prepared last: this browser is the account's device from now on. */
    "account.delegation.sign": Ask<{ readonly signature: string }, null>;
    /** Signs out: keys and everything sealed by them are destroyed here. */
    "account.session.end": Ask<null, null>;
    /** Another home for the line. Only while nobody is signed in. */
    "account.home.choose": Ask<HomeDomain, null>;
  }
}

/** For the wallet, and for the person who is going to see it there. */
export interface DelegationWish {
  /** For `eth_signTypedData_v4`: JSON. */
  readonly typedData: string;
  readonly chainId: number;
  /** In milliseconds since 1970. */
  readonly until: number;
}
