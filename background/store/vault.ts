import { formatBase64Url } from "../../protocol/words/base64url.ts";
import { asStore, type Database, type WrapRow } from "./database.ts";
import { SignedOutError, StoreError } from "./store-error.ts";
import { deriveVault, type Vault } from "./vault-keys.ts";
import {
  createMaster,
  createWrappingKey,
  type NewWrap,
  unwrapMaster,
  WrapRefusedError,
  wrapMaster,
} from "./wrapping.ts";

/** The wrap that every start opens, and its key's name in `keys`. */
const deviceWrap = "device";
const deviceKey = "vault.device";

/**
 * Opens the vault, or makes one in an empty database. The random master key is sealed by a key of this device that
 * cannot be exported; every key in use is derived from it. No wallet signature is involved: a site could ask a
 * wallet for the same signature once, and open every backup for ever.
 *
 * Several contexts may do this at once: each makes what it needs beforehand, one transaction stores the first, and
 * all read what is stored.
 *
 * @throws VaultLostError
 */
export async function openVault(db: Database, now: number): Promise<Vault> {
  const found = await readDevice(db);
  if (found) return unlock(found);
  const made = await makeDevice(await createMaster(), { vault: newVaultId(), created: now });
  await storeDevice(db, made);
  const stored = await readDevice(db);
  if (stored === undefined) throw new SignedOutError();
  return unlock(stored);
}

/**
 * Seals the master key for one more way of unlocking it: a phrase, a passkey, another device. Only who holds this
 * device can; the master key is in no script's hands on the way.
 *
 * @throws VaultLostError, SignedOutError
 */
export async function addWrap(db: Database, key: CryptoKey, wrap: Omit<NewWrap, "vault">): Promise<WrapRow> {
  if (wrap.id === deviceWrap) throw new Error("The device's own wrap is not to be replaced.");
  const device = await readDevice(db);
  if (device === undefined) throw new SignedOutError();
  const { vault } = device.wrap;
  const made = await wrapMaster(await unwrap(device, "wrap"), key, { ...wrap, vault });
  await asStore(
    db.transaction("rw", db.wraps, async () => {
      await stillHolds(db, vault);
      await db.wraps.put(made);
    }),
  );
  return made;
}

/**
 * Makes an empty database one of an existing vault, whose wrap came from a backup or another device.
 *
 * @throws WrapRefusedError, VaultExistsError
 */
export async function adoptVault(db: Database, wrap: WrapRow, key: CryptoKey): Promise<Vault> {
  const master = await unwrapMaster(wrap, key, "wrap");
  const made = await makeDevice(master, { vault: wrap.vault, created: wrap.created });
  if (!(await storeDevice(db, made, wrap))) throw new VaultExistsError();
  return unlock(made);
}

/**
 * To be called within every transaction that reads or writes: a context that slept through a sign-out must not
 * write with keys that nobody can have again.
 *
 * @throws SignedOutError
 */
export async function stillHolds(db: Database, vaultId: string): Promise<void> {
  const wrap = await db.wraps.get(deviceWrap);
  if (wrap?.vault !== vaultId) throw new SignedOutError();
}

interface Device {
  readonly wrap: WrapRow;
  readonly key: CryptoKey;
}

async function readDevice(db: Database): Promise<Device | undefined> {
  const [wrap, row] = await asStore(
    db.transaction("r", db.wraps, db.keys, () =>
      Promise.all([db.wraps.get(deviceWrap), db.keys.get(deviceKey)]),
    ),
  );
  if (wrap === undefined) return undefined;
  const key = row?.value;
  if (!(key instanceof CryptoKey)) throw new VaultLostError();
  return { wrap, key };
}

/** Sealed rows without the wrap of their key: a new vault would bury them. */
async function refuseToOrphan(db: Database): Promise<void> {
  if ((await db.heads.count()) > 0) throw new VaultLostError();
}

function newVaultId(): string {
  return formatBase64Url(crypto.getRandomValues(new Uint8Array(16)));
}

async function makeDevice(master: CryptoKey, of: Pick<NewWrap, "vault" | "created">): Promise<Device> {
  const key = await createWrappingKey();
  return { key, wrap: await wrapMaster(master, key, { id: deviceWrap, kind: "device", ...of }) };
}

/** False where another context was first. */
function storeDevice(db: Database, { wrap, key }: Device, other?: WrapRow): Promise<boolean> {
  const store = async () => {
    if (await db.wraps.get(deviceWrap)) return false;
    await refuseToOrphan(db);
    await db.wraps.bulkPut(other ? [wrap, other] : [wrap]);
    await db.keys.put({ name: deviceKey, value: key });
    return true;
  };
  return asStore(db.transaction("rw", db.wraps, db.keys, db.heads, store));
}

async function unwrap({ wrap, key }: Device, use: "derive" | "wrap"): Promise<CryptoKey> {
  try {
    return await unwrapMaster(wrap, key, use);
  } catch (error) {
    throw error instanceof WrapRefusedError ? new VaultLostError({ cause: error }) : error;
  }
}

async function unlock(device: Device): Promise<Vault> {
  return deriveVault(device.wrap.vault, await unwrap(device, "derive"));
}

export class VaultLostError extends StoreError {
  constructor(options?: { cause?: unknown }) {
    super(
      "store.vault-lost",
      "The key of this device's database is gone, so it cannot be opened. Sign out, sign in again, and restore a backup.",
      options,
    );
  }
}

export class VaultExistsError extends StoreError {
  constructor(options?: { cause?: unknown }) {
    super("store.vault-exists", "This device has a vault already. Sign out first.", options);
  }
}
