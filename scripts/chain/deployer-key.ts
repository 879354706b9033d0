import { readFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import * as Keystore from "ox/Keystore";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { EtherlynkError } from "../../protocol/errors.ts";

export interface KeySources {
  readonly keystore: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * The account that pays for a deployment: out of a keystore, or out of the environment.
 *
 * @throws DeployerKeyError
 */
export async function readDeployer({ keystore, environment }: KeySources): Promise<PrivateKeyAccount> {
  if (keystore !== undefined) return openKeystore(keystore, environment["ETHERLYNK_KEYSTORE_PASSWORD"]);
  const key = environment["ETHERLYNK_DEPLOYER_KEY"];
  if (key === undefined) {
    throw fault("No key to deploy with: give --keystore FILE, or set ETHERLYNK_DEPLOYER_KEY.");
  }
  if (!/^0x[0-9a-f]{64}$/i.test(key)) {
    throw fault("ETHERLYNK_DEPLOYER_KEY is not 0x and 64 hexadecimal digits.");
  }
  return privateKeyToAccount(key as `0x${string}`);
}

async function openKeystore(file: string, password = ""): Promise<PrivateKeyAccount> {
  const store = readKeystore(file);
  const given = password === "" ? await askPassword(file) : password;
  try {
    const key = await Keystore.toKeyAsync(store, { password: given });
    return privateKeyToAccount(Keystore.decrypt(store, key));
  } catch (cause) {
    throw fault(`${file} does not open with this password.`, cause);
  }
}

function readKeystore(file: string): Keystore.Keystore {
  try {
    const store = JSON.parse(readFileSync(file, "utf8"));
    if (store?.version === 3 && typeof store.crypto?.ciphertext === "string") return store;
  } catch (cause) {
    throw fault(`${file} cannot be read as a keystore.`, cause);
  }
  throw fault(`${file} is no keystore of version 3.`);
}

/** On a terminal only; what is typed is not shown. */
async function askPassword(file: string): Promise<string> {
  if (!process.stdin.isTTY)
    throw fault("Set ETHERLYNK_KEYSTORE_PASSWORD: there is no terminal to ask for it.");
  process.stdout.write(`Password of ${file}: `);
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: unseen, terminal: true });
  try {
    return await terminal.question("");
  } finally {
    terminal.close();
    process.stdout.write("\n");
  }
}

function fault(sentence: string, cause?: unknown): DeployerKeyError {
  return new DeployerKeyError("chain.deployer", sentence, { cause });
}

export class DeployerKeyError extends EtherlynkError {}
