import type { HomeDomain } from "../../../background/bus/phone-contract.ts";
import { accountOf, type DeviceKeys } from "../../../background/identity/device-keys.ts";
import type { WalletCheck } from "../../../background/identity/wallet-check.ts";
import { EtherlynkError } from "../../../protocol/errors.ts";
import { AddressError, parseAccount } from "../../../protocol/number/address.ts";
import {
  type Delegation,
  delegationLimits,
  type SignedDelegation,
  toDelegationTypedData,
  toScopeBits,
} from "../../../protocol/words/delegation.ts";
import type { FeatureParts } from "../../phone/feature-parts.ts";
import { createDeviceKeys, type DeviceKeyPairs, readDevice, writeDevice } from "./device.ts";
import { readHome, writeHome } from "./home.ts";
import type { DelegationWish } from "./model.ts";

export interface AccountOptions {
  readonly wallets: WalletCheck;
  readonly builtHome: HomeDomain;
  /** Whoever is signed in from now on, and where. */
  signedIn(signedIn: SignedIn): void;
  /** Signing out ends the session, and everything in it. */
  signOut(): Promise<void>;
}

export interface SignedIn {
  readonly device: DeviceKeys;
  /** UUID of this installed client (RFC 5626 §4.1). */
  readonly instance: string;
  readonly home: HomeDomain;
}

/** Keys that wait for the wallet's word. */
interface Prepared {
  readonly delegation: Delegation;
  readonly pairs: DeviceKeyPairs;
}

/** What the one device of a person may do: all that its wallet does not have to be asked for. */
const ownScopes = toScopeBits(["register", "invite", "answer", "message", "voucher", "receipt", "rating"]);

/** One account, one device, one delegation. The wallet is asked once; from then on the device signs by itself. */
export async function startAccount(
  parts: FeatureParts,
  options: AccountOptions,
  signal: AbortSignal,
): Promise<void> {
  const { bus, store, feed, now } = parts;
  let home = (await readHome(store.settings)) ?? options.builtHome;
  let device = await readDevice(store);
  let prepared: Prepared | undefined;

  const show = () => feed.change({ home, me: device ? { account: accountOf(device.device) } : null });
  const begin = () => {
    if (device) options.signedIn({ ...device, home });
  };
  bus.answer(
    "account.delegation.prepare",
    async ({ account }) => {
      const pairs = await createDeviceKeys();
      const delegation = toDelegation(account, pairs, Math.floor(now() / 1_000));
      prepared = { delegation, pairs };
      return toWish(delegation, home.chain.id);
    },
    signal,
  );
  bus.answer(
    "account.delegation.sign",
    async ({ signature }) => {
      if (prepared === undefined) throw new AccountError("account.unprepared", unprepared);
      const signed = toSigned(prepared.delegation, home.chain.id, signature);
      if (!(await options.wallets.isSigned(signed)))
        throw new AccountError("account.signature", wrongSignature);
      device = await writeDevice(store, { pairs: prepared.pairs, signed, instance: device?.instance });
      prepared = undefined;
      show();
      begin();
      return null;
    },
    signal,
  );
  bus.answer("account.session.end", () => options.signOut().then(() => null), signal);
  bus.answer(
    "account.home.choose",
    async wish => {
      if (device) throw new AccountError("account.signed-in", signOutFirst);
      home = await writeHome(store.settings, wish);
      show();
      return null;
    },
    signal,
  );
  show();
  begin();
}

function toDelegation(account: string, pairs: DeviceKeyPairs, seconds: number): Delegation {
  return {
    account: readAccount(account),
    signKey: pairs.signKey.public,
    sealKey: pairs.sealKey.public,
    scopes: ownScopes,
    accountEpoch: 0,
    issued: seconds,
    expiry: seconds + delegationLimits.lifetimeSeconds,
  };
}

function toWish(delegation: Delegation, chainId: number): DelegationWish {
  const typedData = JSON.stringify(toDelegationTypedData(delegation, chainId));
  return { typedData, chainId, until: delegation.expiry * 1_000 };
}

function toSigned(delegation: Delegation, chainId: number, signature: string): SignedDelegation {
  const most = 2 + 2 * delegationLimits.signatureBytes;
  if (!/^0x(?:[0-9a-f]{2})+$/i.test(signature) || signature.length > most) {
    throw new AccountError("account.signature", wrongSignature);
  }
  return { delegation, chainId, signature: signature as `0x${string}` };
}

function readAccount(text: string) {
  try {
    return parseAccount(text);
  } catch (cause) {
    if (cause instanceof AddressError) throw new AccountError("account.address", cause.message, { cause });
    throw cause;
  }
}

const unprepared = "There is nothing to be signed. Begin again by connecting the wallet.";
const wrongSignature =
  "The wallet signed with another account, or not what it was asked. Choose the account in the wallet, and connect again.";
const signOutFirst = "Sign out first: your line is with the node that you chose.";

class AccountError extends EtherlynkError {}
