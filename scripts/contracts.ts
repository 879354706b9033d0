// The contracts: `npm run contracts` builds and checks everything, `npm run contracts -- write` renews what is
// generated and committed (ABIs, code, gas figures), `npm run contracts -- coverage` measures what the tests reach,
// `npm run contracts -- NAME` runs one step.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { tellUncovered } from "./contract-coverage.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const forge = `${root}node_modules/@foundry-rs/forge-linux-amd64/bin/forge`;
/** What `scripts/check.ts` tells from a failure: nothing was checked. */
const LEFT_OUT = 77;

const gasTests = ["--isolate", "--match-path", "test/Gas.t.sol"];
const steps: Readonly<Record<string, () => number>> = {
  build: () => runForge("build"),
  generated: checkGenerated,
  format: () => runForge("fmt", "--check"),
  test: () => runForge("test", "--no-match-path", "test/Gas.t.sol"),
  gas: () => runForge("test", ...gasTests, "--gas-snapshot-check", "true"),
};

if (!existsSync(forge)) {
  console.log(
    "Left out: the contracts are built and tested with forge, which is installed on Linux with an x64 processor only.",
  );
  process.exit(LEFT_OUT);
}
process.exitCode = main(process.argv[2]);

function main(name: string | undefined): number {
  if (name === "write") return writeGenerated();
  if (name === "coverage") return measureCoverage();
  const chosen = name === undefined ? Object.keys(steps) : [name];
  for (const step of chosen) {
    const run = steps[step];
    if (run === undefined) {
      console.error(
        `There is no step "${step}". There are: ${Object.keys(steps).join(", ")}, coverage, write.`,
      );
      return 1;
    }
    const code = run();
    if (code !== 0) return code;
  }
  return 0;
}

function runForge(...args: readonly string[]): number {
  return runForgeIn(`${root}contracts`, args);
}

function runForgeIn(cwd: string, args: readonly string[]): number {
  const env = { ...process.env, FOUNDRY_DISABLE_NIGHTLY_WARNING: "1", NO_COLOR: "1" };
  return spawnSync(forge, args, { cwd, stdio: "inherit", env }).status ?? 1;
}

/**
 * A minute and a half. forge's coverage finds no library outside the folder of the contracts, so it works on a copy of
 * everything; and without the optimiser some of the libraries' code is too deep for the old pipeline.
 */
function measureCoverage(): number {
  const copy = `${root}.output/contracts/coverage`;
  rmSync(copy, { recursive: true, force: true });
  for (const part of ["src", "test", "bin", "foundry.toml"])
    copyTree(`contracts/${part}`, `${copy}/contracts/${part}`);
  copyTree("tests/vectors", `${copy}/tests/vectors`);
  const libraries = ["solady/src", "@openzeppelin/contracts"];
  for (const part of libraries) copyTree(`node_modules/${part}`, `${copy}/contracts/node_modules/${part}`);
  const settings = `${copy}/contracts/foundry.toml`;
  writeFileSync(settings, readFileSync(settings, "utf8").replaceAll("../node_modules", "node_modules"));
  const ours = ["--no-match-coverage", "test/", "--no-match-path", "test/Gas.t.sol"];
  const reports = ["--report", "summary", "--report", "lcov"];
  const code = runForgeIn(`${copy}/contracts`, ["coverage", "--ir-minimum", ...reports, ...ours]);
  return code === 0 ? tellUncovered(`${copy}/contracts`) : code;
}

function copyTree(from: string, to: string): void {
  cpSync(`${root}${from}`, to, { recursive: true });
}

interface Artifact {
  readonly abi: readonly { readonly type: string; readonly name?: string }[];
  readonly bytecode: { readonly object: string };
}

/** What others build upon without forge: path in the tree, and text. */
function generate(): Record<string, string> {
  const files: Record<string, string> = {};
  for (const contract of ["Numbers", "Clients"]) {
    const name = contract.toLowerCase();
    const path = `${root}.output/contracts/out/${contract}.sol/${contract}.json`;
    const { abi, bytecode }: Artifact = JSON.parse(readFileSync(path, "utf8"));
    files[`protocol/chain/${name}-abi.ts`] = toModule(contract, abi);
    files[`contracts/code/${contract}.json`] = `${JSON.stringify({ bytecode: bytecode.object })}\n`;
  }
  return files;
}

/** One line an entry: a page to read instead of a thousand lines. */
function toModule(contract: string, abi: Artifact["abi"]): string {
  const lines = abi.map(entry => `  ${JSON.stringify(entry)},`).join("\n");
  return `// Generated from contracts/src/${contract}.sol by \`npm run contracts -- write\`; a check says when it is out of date.
// biome-ignore format: one line an entry
export const ${contract.toLowerCase()}Abi = [
${lines}
] as const;
`;
}

function checkGenerated(): number {
  const stale = Object.entries(generate()).filter(([path, text]) => read(path) !== text);
  for (const [path] of stale) console.error(`${path} is out of date: run \`npm run contracts -- write\`.`);
  return stale.length === 0 ? 0 : 1;
}

function writeGenerated(): number {
  const built = runForge("build");
  if (built !== 0) return built;
  for (const [path, text] of Object.entries(generate())) {
    mkdirSync(`${root}${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
    writeFileSync(`${root}${path}`, text);
  }
  return runForge("test", ...gasTests);
}

function read(path: string): string {
  return existsSync(`${root}${path}`) ? readFileSync(`${root}${path}`, "utf8") : "";
}
