import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { buildLens, lenses } from "./build-lenses.ts";

it.each(lenses)(
  "$target is what its Solidity compiles to: else `node scripts/chain/build-lenses.ts`",
  lens => {
    expect(readFileSync(lens.target, "utf8")).toBe(buildLens(lens));
  },
);

it.each(lenses)(
  "$contract fits into what a creation may carry (EIP-3860), with room for its question",
  lens => {
    const [, code = ""] = /"0x([0-9a-f]+)"/.exec(readFileSync(lens.target, "utf8")) ?? [];
    expect(code.length / 2).toBeLessThan(49_152 / 2);
  },
);
