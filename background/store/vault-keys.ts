import { formatBase64Url } from "../../protocol/words/base64url.ts";
import { bytesOfLabel } from "./sealing.ts";

/** The keys of one database, open. None of them can be exported. */
export interface Vault {
  readonly id: string;
  /** The key that seals one table or log, and nothing else. */
  sealingKey(name: string): Promise<CryptoKey>;
  /** What stands for `value` in an index: the same for the same, and nobody without the vault can tell whose it is. */
  token(scope: string, value: string): Promise<string>;
  /** The same for many, at once. */
  tokens(scope: string, values: readonly string[]): Promise<string[]>;
}

/** 128 bits of an HMAC tell apart all that a person can collect. */
const tokenBytes = 16;
/** People one talks to, and settings: a few hundred. */
const mostTokensKept = 1_024;

interface KeyForm {
  readonly algorithm: AesKeyGenParams | HmacKeyGenParams;
  readonly uses: KeyUsage[];
}

const aes: KeyForm = { algorithm: { name: "AES-GCM", length: 256 }, uses: ["encrypt", "decrypt"] };
const hmac: KeyForm = { algorithm: { name: "HMAC", hash: "SHA-256", length: 256 }, uses: ["sign"] };

/** Every key in use comes from the master key: one for each table and log, one for all indexes. */
export async function deriveVault(id: string, master: CryptoKey): Promise<Vault> {
  const indexKey = await derive(master, ["etherlynk index 1", id], hmac);
  const sealing = new Map<string, Promise<CryptoKey>>();
  const known = new Map<string, string>();
  const tokens = async (scope: string, values: readonly string[]) => {
    const found = values.map(value => known.get(nameOf(scope, value)));
    if (found.every(token => token !== undefined)) return found;
    const all = await Promise.all(values.map((value, at) => found[at] ?? toToken(indexKey, [scope, value])));
    for (const [at, token] of all.entries()) {
      if (known.size >= mostTokensKept) known.clear();
      known.set(nameOf(scope, values[at] ?? ""), token);
    }
    return all;
  };
  return {
    id,
    sealingKey: name => kept(sealing, name, () => derive(master, ["etherlynk seal 1", id, name], aes)),
    token: async (scope, value) => (await tokens(scope, [value]))[0] ?? "",
    tokens,
  };
}

/** HKDF (RFC 5869): what the key is for is its info; the master key is random, so there is nothing to salt. */
function derive(master: CryptoKey, info: readonly string[], form: KeyForm): Promise<CryptoKey> {
  const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: bytesOfLabel(info) };
  return crypto.subtle.deriveKey(how, master, form.algorithm, false, form.uses);
}

/** Scopes are ours and have no spaces: what stands before the first one is the scope. */
function nameOf(scope: string, value: string): string {
  return `${scope} ${value}`;
}

async function toToken(key: CryptoKey, parts: readonly string[]): Promise<string> {
  const mac = await crypto.subtle.sign("HMAC", key, bytesOfLabel(parts));
  return formatBase64Url(new Uint8Array(mac, 0, tokenBytes));
}

/** One at a time of each, however many ask. What failed is not kept. */
function kept<Value>(
  of: Map<string, Promise<Value>>,
  name: string,
  make: () => Promise<Value>,
): Promise<Value> {
  const found = of.get(name);
  if (found) return found;
  const made = make();
  of.set(name, made);
  made.catch(() => of.delete(name));
  return made;
}
