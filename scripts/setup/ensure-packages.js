import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { npm } from "./npm.js";
import { say } from "./say.js";

/** Installs what the lock file names, once for each state of the lock file and each Node. */
export function ensurePackages(root, node) {
  const lock = readFileSync(join(root, "package-lock.json"));
  const stamp = createHash("sha256").update(lock).update(node).digest("hex");
  const file = join(root, "node_modules", ".etherlynk-installed");
  if (existsSync(file) && readFileSync(file, "utf8") === stamp) return;
  say("installing packages (once, about half a minute)");
  npm(node, ["ci"], root);
  writeFileSync(file, stamp);
}
