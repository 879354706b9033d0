import type { Hex } from "ox/Hex";
import { type ChangeHead, changeHeadFields, toHeadMessage } from "./change-head.ts";
import {
  type ContractPlace,
  contractDigestOf,
  type TypedData,
  type TypedWord,
  toContractTypedData,
} from "./typed-word.ts";

/** The account's word that one of its devices no longer speaks for it: lost, sold or stolen. */
export interface DeviceRevocation extends ChangeHead {
  /** Thumbprint of the device's signing key, as 32 bytes. */
  readonly device: Hex;
}

const FIELDS = [...changeHeadFields, { name: "device", type: "bytes32" }] as const;

export function toDeviceRevocationTypedData(revocation: DeviceRevocation, place: ContractPlace): TypedData {
  return toContractTypedData(toWord(revocation), place);
}

export function digestDeviceRevocation(revocation: DeviceRevocation, place: ContractPlace): Hex {
  return contractDigestOf(toWord(revocation), place);
}

function toWord(revocation: DeviceRevocation): TypedWord {
  return {
    primaryType: "DeviceRevocation",
    types: { DeviceRevocation: FIELDS },
    message: { ...toHeadMessage(revocation), device: revocation.device },
  };
}
