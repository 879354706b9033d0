import { formatEther, hexToString, isHex } from "viem";
import { invalid } from "./rpc-error.ts";

/** What the confirm window shows. */
export interface Description {
  readonly title: string;
  /** What saying yes does, in a sentence. */
  readonly meaning: string;
  readonly lines: readonly Line[];
}

export interface Line {
  readonly label: string;
  readonly value: string;
  /** How deep within the message it stands. */
  readonly depth: number;
}

interface Field {
  readonly name: string;
  readonly type: string;
}

/** EIP-712's JSON, as far as it was read. */
export interface TypedMessage {
  readonly types: Readonly<Record<string, readonly Field[]>>;
  readonly primaryType: string;
  readonly domain: Readonly<Record<string, unknown>>;
  readonly message: Readonly<Record<string, unknown>>;
}

export interface WishedTransaction {
  readonly to?: `0x${string}`;
  readonly value?: `0x${string}`;
  readonly data?: `0x${string}`;
}

const limits = { characters: 65_536, lines: 200, depth: 6, valueLength: 2_000 } as const;

/** @throws RpcError where it is no typed data */
export function readTypedMessage(text: unknown): TypedMessage {
  if (typeof text !== "string" || text.length > limits.characters)
    throw invalid("Typed data is JSON as text.");
  const value = parse(text);
  const { types, primaryType, domain, message } = value as Partial<TypedMessage>;
  const isWhole = isObject(types) && isObject(domain) && isObject(message) && typeof primaryType === "string";
  if (!isWhole || !Array.isArray(types[primaryType]))
    throw invalid("Typed data has types, primaryType, domain, message.");
  return { types, primaryType, domain, message };
}

export function describeTyped({ types, primaryType, domain, message }: TypedMessage): Description {
  const lines: Line[] = [];
  for (const name of ["name", "version", "chainId", "verifyingContract"])
    if (domain[name] !== undefined) lines.push(toLine(`for ${name}`, domain[name], 0));
  addFields(lines, { types, type: primaryType, value: message, depth: 0 });
  return {
    title: `Sign: ${primaryType}`,
    meaning: "Your account signs exactly what is listed here. No transaction is sent, nothing is paid.",
    lines,
  };
}

export function describeText(hex: unknown): Description & { readonly raw: `0x${string}` } {
  if (!isHex(hex) || hex.length > limits.characters) throw invalid("The text to sign is hexadecimal.");
  return {
    title: "Sign a text",
    meaning: "Your account signs this text. No transaction is sent, nothing is paid.",
    lines: [{ label: "text", value: hexToString(hex).slice(0, limits.valueLength), depth: 0 }],
    raw: hex,
  };
}

/** @throws RpcError where a part cannot be read */
export function readTransaction(value: unknown): WishedTransaction & { readonly from: unknown } {
  if (!isObject(value)) throw invalid("A transaction is an object.");
  const { from, to, value: wei, data = value["input"] } = value;
  for (const part of [to, wei, data])
    if (part !== undefined && !isHex(part)) throw invalid("to, value and data are hexadecimal.");
  return { from, ...toParts({ to, value: wei, data }) };
}

export function describeTransaction({ to, value, data }: WishedTransaction, chainId: number): Description {
  return {
    title: to ? "Send a transaction" : "Create a contract",
    meaning: "Your account sends this to the chain and pays for it.",
    lines: [
      toLine("chain", chainId, 0),
      toLine("to", to ?? "(a new contract)", 0),
      toLine("value", `${formatEther(BigInt(value ?? "0x0"))} ETH`, 0),
      toLine("data", data && data !== "0x" ? `${data} (${(data.length - 2) / 2} bytes)` : "(none)", 0),
    ],
  };
}

export function describeConnect(isLocked: boolean): Description {
  return {
    title: isLocked ? "Unlock and connect" : "Connect",
    meaning:
      "The one who asks will see this account and its chain, and may ask for signatures. Each is shown first.",
    lines: [],
  };
}

interface Struct {
  readonly types: TypedMessage["types"];
  readonly type: string;
  readonly value: Readonly<Record<string, unknown>>;
  readonly depth: number;
}

function addFields(lines: Line[], { types, type, value, depth }: Struct): void {
  for (const { name, type: fieldType } of types[type] ?? []) {
    if (lines.length >= limits.lines || depth > limits.depth)
      throw invalid("This is more than can be shown, and so is not signed.");
    const inner = value[name];
    if (types[fieldType] && isObject(inner)) {
      lines.push(toLine(name, fieldType, depth));
      addFields(lines, { types, type: fieldType, value: inner, depth: depth + 1 });
    } else lines.push(toLine(name, inner, depth));
  }
}

function toLine(label: string, value: unknown, depth: number): Line {
  const text = typeof value === "object" ? JSON.stringify(value) : `${value}`;
  if (text.length > limits.valueLength)
    return { label, value: `${text.slice(0, limits.valueLength)}…`, depth };
  return { label, value: text, depth };
}

function toParts(parts: Readonly<Record<string, unknown>>): WishedTransaction {
  return Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined));
}

function parse(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw invalid("Typed data is JSON as text.");
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
