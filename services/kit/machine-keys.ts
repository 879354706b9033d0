import { createPrivateKey, generateKeyPairSync, type KeyObject, sign as signBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { fromPublicKey } from "ox/Address";
import type { Hex } from "ox/Hex";
import { getPublicKey, randomPrivateKey, sign } from "ox/Secp256k1";
import { toHex } from "ox/Signature";
import { EtherlynkError } from "../../protocol/errors.ts";
import { type AccountText, parseAccount } from "../../protocol/number/address.ts";
import {
  type Delegation,
  digestDelegation,
  type SignedDelegation,
  toScopeBits,
} from "../../protocol/words/delegation.ts";
import { fromJwk, type P256Key } from "../../protocol/words/p256-key.ts";

/**
 * Who a machine is: an account with its own wallet key, and a device of that account. People have the two apart, in
 * wallet and phone; a machine has nobody who could be asked, so it allows its device by itself.
 */
export interface MachineKeys {
  readonly account: AccountText;
  /** A UUID that stays with this device: its `+sip.instance` (RFC 5626 §4.1). */
  readonly instance: string;
  /** The wallet's word, fresh enough to be shown now; seconds since 1970. */
  delegate(chainId: number, now: number): SignedDelegation;
  /** r and s, 64 bytes (ES256), by the device's key. */
  sign(bytes: Uint8Array): Uint8Array;
}

/** What stands in a key file. */
interface Stored {
  readonly wallet: Hex;
  readonly instance: string;
  /** Private keys on P-256, PKCS #8 in PEM. */
  readonly sign: string;
  readonly seal: string;
}

const DAY = 86_400;
/** A stolen device key is of no use for longer; a machine that runs signs anew in time. */
const LIFETIME = 30 * DAY;
const RENEWED_BEFORE = 15 * DAY;

/**
 * Reads a machine's keys from a file, or makes them there on the first run, for its owner's eyes only. Without a file
 * they live as long as the process.
 *
 * @throws MachineKeyError
 */
export async function openMachineKeys(file?: string): Promise<MachineKeys> {
  if (file === undefined) return toKeys(generate(), "of this run");
  const text = await read(file);
  if (text !== undefined) return toKeys(parse(text, file), file);
  const made = generate();
  try {
    // `wx`: where two services start at once, one makes the keys and the other is told.
    await writeFile(file, `${JSON.stringify(made, undefined, 2)}\n`, { mode: 0o600, flag: "wx" });
  } catch (cause) {
    throw new MachineKeyError(`The keys cannot be written to ${file}: ${reasonOf(cause)}.`, { cause });
  }
  return toKeys(made, file);
}

async function read(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    if (reasonOf(cause) === "ENOENT") return undefined;
    throw new MachineKeyError(`The keys ${file} cannot be read: ${reasonOf(cause)}.`, { cause });
  }
}

function generate(): Stored {
  const key = () =>
    generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" });
  return {
    wallet: randomPrivateKey(),
    instance: crypto.randomUUID(),
    sign: String(key()),
    seal: String(key()),
  };
}

function parse(text: string, file: string): Stored {
  const value = parseJson(text);
  if (isStored(value)) return value;
  throw new MachineKeyError(
    `${file} holds no keys of a service. Name another file, and they are made there.`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isStored(value: unknown): value is Stored {
  if (typeof value !== "object" || value === null) return false;
  const { wallet, instance, sign: signKey, seal } = value as Partial<Record<keyof Stored, unknown>>;
  return (
    typeof wallet === "string" &&
    /^0x[0-9a-f]{64}$/.test(wallet) &&
    typeof instance === "string" &&
    /^[0-9a-f-]{36}$/.test(instance) &&
    typeof signKey === "string" &&
    typeof seal === "string"
  );
}

function toKeys({ wallet, instance, sign: signPem, seal }: Stored, where: string): MachineKeys {
  const signing = toPrivateKey(signPem, where);
  const account = toAccount(wallet, where);
  const device = {
    account,
    signKey: publicOf(signing, where),
    sealKey: publicOf(toPrivateKey(seal, where), where),
  };
  let shown: SignedDelegation | undefined;
  return {
    account,
    instance,
    delegate(chainId, now) {
      const isFresh = shown?.chainId === chainId && shown.delegation.expiry - now > RENEWED_BEFORE;
      if (shown === undefined || !isFresh) shown = allow(wallet, { ...device, chainId, now });
      return shown;
    },
    sign: bytes => new Uint8Array(signBytes("sha256", bytes, { key: signing, dsaEncoding: "ieee-p1363" })),
  };
}

interface Allowing extends Pick<Delegation, "account" | "signKey" | "sealKey"> {
  readonly chainId: number;
  readonly now: number;
}

function allow(wallet: Hex, { chainId, now, ...device }: Allowing): SignedDelegation {
  const delegation: Delegation = {
    ...device,
    scopes: toScopeBits(["register", "invite", "answer", "message"]),
    accountEpoch: 0,
    issued: now,
    expiry: now + LIFETIME,
  };
  const signature = toHex(sign({ payload: digestDelegation(delegation, chainId), privateKey: wallet }));
  return { delegation, chainId, signature };
}

function toAccount(wallet: Hex, where: string): AccountText {
  try {
    return parseAccount(fromPublicKey(getPublicKey({ privateKey: wallet })));
  } catch (cause) {
    throw new MachineKeyError(`The wallet key in ${where} is none.`, { cause });
  }
}

function toPrivateKey(pem: string, where: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw new MachineKeyError(`A device key in ${where} is no private key in PEM.`, { cause });
  }
}

function publicOf(key: KeyObject, where: string): P256Key {
  const found = key.asymmetricKeyType === "ec" ? fromJwk(key.export({ format: "jwk" })) : undefined;
  if (found === undefined) throw new MachineKeyError(`A device key in ${where} is not on P-256.`);
  return found;
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
}

export class MachineKeyError extends EtherlynkError {
  constructor(sentence: string, options?: { cause?: unknown }) {
    super("service.keys", sentence, options);
  }
}
