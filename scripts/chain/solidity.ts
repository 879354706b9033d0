import { readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import solc from "solc";
import { EtherlynkError } from "../../protocol/errors.ts";

export interface Compiled {
  readonly abi: readonly unknown[];
  /** What creates the contract. */
  readonly bytecode: `0x${string}`;
}

export interface SolidityOptions {
  /** Seen from the repository's root. */
  readonly file: string;
  readonly contract: string;
  readonly runs?: number;
}

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Compiles one contract with what it imports. The code names no file and no machine, so it is the same everywhere,
 * and runs on every chain since Paris.
 *
 * @throws SolidityError with the compiler's words
 */
export function compileSolidity({ file, contract, runs = 200 }: SolidityOptions): Compiled {
  const input = {
    language: "Solidity",
    sources: sourcesOf(file),
    settings: {
      evmVersion: "paris",
      viaIR: true,
      optimizer: { enabled: true, runs },
      metadata: { appendCBOR: false, bytecodeHash: "none" },
      debug: { revertStrings: "strip" },
      outputSelection: { [file]: { [contract]: ["abi", "evm.bytecode.object"] } },
    },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input)));
  const errors: readonly { severity: string; formattedMessage: string }[] = output.errors ?? [];
  const words = errors.filter(it => it.severity === "error").map(it => it.formattedMessage);
  if (words.length > 0) throw new SolidityError("chain.solidity", words.join("\n"));
  const { abi, evm } = output.contracts[file][contract];
  return { abi, bytecode: `0x${evm.bytecode.object}` };
}

function sourcesOf(file: string): Record<string, { content: string }> {
  const sources: Record<string, { content: string }> = {};
  const open = [file];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const content = readFileSync(join(root, next), "utf8");
    sources[next] = { content };
    for (const [, path = ""] of content.matchAll(/^import [^"]*"(\.[^"]+)";/gm)) {
      const imported = relative(root, resolve(root, dirname(next), path));
      if (!(imported in sources)) open.push(imported);
    }
  }
  return sources;
}

export class SolidityError extends EtherlynkError {}
