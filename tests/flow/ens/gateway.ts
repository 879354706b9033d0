import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import {
  decodeAbiParameters,
  encodeAbiParameters,
  type Hex,
  keccak256,
  parseSignature,
  toFunctionSelector,
} from "viem";
import { sign } from "viem/accounts";
import { afterAll } from "vitest";

export interface Gateway {
  /** With `{sender}` and `{data}`, as EIP-3668 has it; `post` is the same without. */
  readonly url: string;
  readonly post: string;
  /** What it was asked, in order. */
  readonly asked: readonly string[];
}

export interface GatewayOptions {
  readonly key: Hex;
  /** By name: what the records say. */
  readonly records: Readonly<Record<string, { readonly account?: Hex; readonly number?: string }>>;
  /** Does something else than answering. */
  readonly misbehave?: (response: ServerResponse, request: IncomingMessage) => void;
}

const addr = toFunctionSelector("addr(bytes32)");

/** Keeps names outside the chain and signs what it says of them. */
export async function startGateway({ key, records, misbehave }: GatewayOptions): Promise<Gateway> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", part => parts.push(part));
    request.on("end", () => {
      asked.push(`${request.method} ${request.url}`);
      if (misbehave !== undefined) return misbehave(response, request);
      const posted = parts.length > 0 ? JSON.parse(Buffer.concat(parts).toString()).data : undefined;
      const question: Hex = posted ?? `0x${/\/0x([0-9a-f]+)\.json$/i.exec(request.url ?? "")?.[1]}`;
      void answer(question).then(data => response.end(JSON.stringify({ data })));
    });
  });

  async function answer(question: Hex): Promise<Hex> {
    const [name, call] = decodeAbiParameters([{ type: "bytes" }, { type: "bytes" }], question);
    const record = records[nameOf(name)] ?? {};
    const result = call.startsWith(addr)
      ? encodeAbiParameters([{ type: "address" }], [record.account ?? `0x${"0".repeat(40)}`])
      : encodeAbiParameters([{ type: "string" }], [record.number ?? ""]);
    const hash = keccak256(encodeAbiParameters([{ type: "bytes" }, { type: "bytes" }], [question, result]));
    const { r, s, v = 27n } = parseSignature(await sign({ hash, privateKey: key, to: "hex" }));
    return encodeAbiParameters(
      [{ type: "bytes" }, { type: "uint8" }, { type: "bytes32" }, { type: "bytes32" }],
      [result, Number(v), r, s],
    );
  }

  server.keepAliveTimeout = 120_000;
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const base = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
  return { url: `${base}/{sender}/{data}.json`, post: `${base}/`, asked };
}

/** A name out of DNS's writing. */
function nameOf(wire: Hex): string {
  const bytes = Buffer.from(wire.slice(2), "hex");
  const labels: string[] = [];
  for (let at = 0; bytes[at]; at += (bytes[at] ?? 0) + 1) {
    labels.push(bytes.subarray(at + 1, at + 1 + (bytes[at] ?? 0)).toString("utf8"));
  }
  return labels.join(".");
}
