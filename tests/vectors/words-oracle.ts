import { Buffer } from "node:buffer";

/**
 * A second implementation of Keccak and of EIP-712, written from FIPS 202 and the EIP, to check the first one
 * against. Its permutation is checked against SHA3-256 of Node's OpenSSL, which differs from Keccak-256 in one
 * byte of padding. For tests only.
 */
export function spongeHash(message: Uint8Array, padding: 0x01 | 0x06): Buffer {
  const rate = 136;
  const blocks = Buffer.alloc((Math.floor(message.length / rate) + 1) * rate);
  blocks.set(message);
  blocks[message.length] = (blocks[message.length] ?? 0) ^ padding;
  blocks[blocks.length - 1] = (blocks[blocks.length - 1] ?? 0) ^ 0x80;
  let lanes: bigint[] = new Array<bigint>(25).fill(0n);
  for (let at = 0; at < blocks.length; at += rate) {
    lanes = permute(
      lanes.map((lane, i) => (i < rate / 8 ? lane ^ blocks.readBigUInt64LE(at + i * 8) : lane)),
    );
  }
  const out = Buffer.alloc(32);
  for (let i = 0; i < 4; i += 1) out.writeBigUInt64LE(lanes[i] ?? 0n, i * 8);
  return out;
}

export const keccak256 = (message: Uint8Array) => spongeHash(message, 0x01);

interface Field {
  readonly name: string;
  readonly type: string;
}

type Types = Readonly<Record<string, readonly Field[]>>;

/** EIP-712 `hashStruct` of the struct of this name among the types. */
export function hashStruct(name: string, types: Types, values: Record<string, unknown>): Buffer {
  const inner = [...namesWithin(types[name] ?? [], types)].sort();
  const type = [name, ...inner]
    .map(it => `${it}(${(types[it] ?? []).map(field => `${field.type} ${field.name}`).join(",")})`)
    .join("");
  const fields = types[name] ?? [];
  return keccak256(
    Buffer.concat([keccak256(Buffer.from(type)), ...fields.map(it => word(it.type, values[it.name], types))]),
  );
}

/** Structs that a struct holds, at any depth. */
function namesWithin(fields: readonly Field[], types: Types): Set<string> {
  const names = fields.map(({ type }) => type.replace(/\[\]$/, "")).filter(name => name in types);
  return new Set(names.flatMap(name => [name, ...namesWithin(types[name] ?? [], types)]));
}

/** The digest a wallet signs. */
export function digest(data: {
  readonly domain: Record<string, unknown>;
  readonly types: Types;
  readonly primaryType: string;
  readonly message: Record<string, unknown>;
}): Buffer {
  const { domain, types, primaryType, message } = data;
  return keccak256(
    Buffer.concat([
      Buffer.of(0x19, 0x01),
      hashStruct("EIP712Domain", types, domain),
      hashStruct(primaryType, types, message),
    ]),
  );
}

function word(type: string, value: unknown, types: Types): Buffer {
  if (Array.isArray(value)) {
    return keccak256(Buffer.concat(value.map(item => word(type.slice(0, -2), item, types))));
  }
  if (type in types) return hashStruct(type, types, value as Record<string, unknown>);
  if (type === "string") return keccak256(Buffer.from(String(value)));
  const hex = type.startsWith("uint") ? BigInt(String(value)).toString(16) : String(value).slice(2);
  return Buffer.from(hex.padStart(64, "0"), "hex");
}

const MASK = 2n ** 64n - 1n;
const rotate = (lane: bigint, by: bigint) => ((lane << by) | (lane >> (64n - by))) & MASK;
const at = (lanes: readonly bigint[], x: number, y: number) => lanes[(x % 5) + 5 * (y % 5)] ?? 0n;

function permute(start: bigint[]): bigint[] {
  let lanes = start;
  let register = 1;
  for (let round = 0; round < 24; round += 1) {
    const column = [0, 1, 2, 3, 4].map(x => [0, 1, 2, 3, 4].reduce((sum, y) => sum ^ at(lanes, x, y), 0n));
    lanes = lanes.map(
      (lane, i) => lane ^ (column[(i + 4) % 5] ?? 0n) ^ rotate(column[(i + 1) % 5] ?? 0n, 1n),
    );
    lanes = rhoAndPi(lanes);
    lanes = lanes.map((lane, i) => {
      const [x, y] = [i % 5, Math.floor(i / 5)];
      return lane ^ (~at(lanes, x + 1, y) & MASK & at(lanes, x + 2, y));
    });
    for (let bit = 0; bit < 7; bit += 1) {
      // FIPS 202 §3.2.5: the round constants come out of a shift register of 8 bits.
      if (register & 1) lanes[0] = (lanes[0] ?? 0n) ^ (1n << ((1n << BigInt(bit)) - 1n));
      register = register & 0x80 ? ((register << 1) ^ 0x171) & 0xff : register << 1;
    }
  }
  return lanes;
}

function rhoAndPi(lanes: readonly bigint[]): bigint[] {
  const moved = [...lanes];
  let [x, y] = [1, 0];
  for (let step = 0; step < 24; step += 1) {
    const by = BigInt((((step + 1) * (step + 2)) / 2) % 64);
    const target: [number, number] = [y, (2 * x + 3 * y) % 5];
    moved[target[0] + 5 * target[1]] = rotate(at(lanes, x, y), by);
    [x, y] = target;
  }
  return moved;
}
