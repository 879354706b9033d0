// Compiles the lenses of background/chain/lens/ and writes their code beside them. A test sees that it is current.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compileSolidity } from "./solidity.ts";

const folder = "background/chain/lens";

export const lenses = [
  { contract: "ResolveLens", name: "resolveLens", target: `${folder}/resolve-lens.ts` },
  { contract: "ReadsLens", name: "readsLens", target: `${folder}/reads-lens.ts` },
];

/** The text of a lens's generated file. */
export function buildLens({ contract, name }: (typeof lenses)[number]): string {
  // Sent with every question, so small comes before cheap.
  const { bytecode } = compileSolidity({ file: `${folder}/${contract}.sol`, contract, runs: 1 });
  const note = `// Made of ${contract}.sol by \`node scripts/chain/build-lenses.ts\`; not written by hand.`;
  return `${note}\nexport const ${name}Code: \`0x\${string}\` =\n  "${bytecode}";\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const lens of lenses) {
    const text = buildLens(lens);
    const isNew = readOrNothing(lens.target) !== text;
    if (isNew) writeFileSync(lens.target, text);
    console.log(`${lens.target}: ${isNew ? "written" : "current"}`);
  }
}

function readOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
