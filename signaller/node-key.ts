import { webcrypto } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { EtherlynkError } from "../protocol/errors.ts";

/** The node's own key: P-256, for ES256. Other nodes know it by its thumbprint. */
export interface NodeKey {
  readonly privateKey: webcrypto.CryptoKey;
  readonly publicJwk: { readonly kty: "EC"; readonly crv: "P-256"; readonly x: string; readonly y: string };
  /** RFC 7638, SHA-256, base64url. */
  readonly thumbprint: string;
}

const { subtle } = webcrypto;
const P256 = { name: "ECDSA", namedCurve: "P-256" } as const;

/**
 * Reads the node's key from a file, or makes it there on the first run: the only file a node ever writes, for its
 * owner's eyes only. Without a file the key lives as long as the process.
 *
 * @throws NodeKeyError
 */
export async function createNodeKey(file?: string): Promise<NodeKey> {
  if (file === undefined) return toNodeKey(await generate());
  const text = await read(file);
  if (text !== undefined) return toNodeKey(await parsePem(text, file));
  const made = await generate();
  try {
    // `wx`: where two nodes start at once, one makes the key and the other is told.
    await writeFile(file, await formatPem(made), { mode: 0o600, flag: "wx" });
  } catch (cause) {
    throw new NodeKeyError(`The key cannot be written to ${file}: ${reasonOf(cause)}.`, { cause });
  }
  return toNodeKey(made);
}

async function read(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw new NodeKeyError(`The key ${file} cannot be read: ${reasonOf(cause)}.`, { cause });
  }
}

async function generate(): Promise<webcrypto.CryptoKey> {
  const { privateKey } = await subtle.generateKey(P256, true, ["sign", "verify"]);
  return privateKey;
}

async function parsePem(text: string, file: string): Promise<webcrypto.CryptoKey> {
  const [, base64] =
    /-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END PRIVATE KEY-----/.exec(text) ?? [];
  try {
    return await subtle.importKey("pkcs8", Buffer.from(base64 ?? "", "base64"), P256, true, ["sign"]);
  } catch (cause) {
    throw new NodeKeyError(`${file} holds no P-256 private key in PEM (PKCS #8).`, { cause });
  }
}

async function formatPem(key: webcrypto.CryptoKey): Promise<string> {
  const base64 = Buffer.from(await subtle.exportKey("pkcs8", key)).toString("base64");
  const lines = base64.match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join("\n")}\n-----END PRIVATE KEY-----\n`;
}

/** The private half is taken in again so that nothing in this process can export it. */
async function toNodeKey(key: webcrypto.CryptoKey): Promise<NodeKey> {
  const jwk = await subtle.exportKey("jwk", key);
  const { x = "", y = "" } = jwk;
  const privateKey = await subtle.importKey("jwk", jwk, P256, false, ["sign"]);
  // RFC 7638 §3.2: the required members in lexicographic order, nothing else.
  const canonical = JSON.stringify({ crv: "P-256", kty: "EC", x, y });
  const digest = await subtle.digest("SHA-256", Buffer.from(canonical));
  const thumbprint = Buffer.from(digest).toString("base64url");
  return { privateKey, publicJwk: { kty: "EC", crv: "P-256", x, y }, thumbprint };
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
}

export class NodeKeyError extends EtherlynkError {
  constructor(sentence: string, options?: { cause?: unknown }) {
    super("node.key", sentence, options);
  }
}
