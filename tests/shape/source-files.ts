import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Every file of the tree that git tracks or would track. */
export function listFiles(): string[] {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    encoding: "utf8",
  });
  return listed.split("\n").filter(path => path !== "" && !isGone(path));
}

/** The product's own TypeScript: no tests, no benchmarks, no scripts. */
export function productFiles(): SourceFile[] {
  const rooms = /^(protocol|background|content|extension|signaller|services|sdk|web)\//;
  return listFiles()
    .filter(path => rooms.test(path) && /\.tsx?$/.test(path) && !/\.(test|suite|bench|d)\.tsx?$/.test(path))
    .map(path => ({ path, text: readFileSync(path, "utf8") }));
}

/** What a file imports, as written. */
export function importsOf(text: string): string[] {
  const found = text.matchAll(
    /^\s*(?:import|export)\b[^;"']*?from\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/gm,
  );
  return [...found].map(match => match[1] ?? match[2] ?? "");
}

function isGone(path: string): boolean {
  try {
    readFileSync(path, { flag: "r" });
    return false;
  } catch {
    return true;
  }
}
