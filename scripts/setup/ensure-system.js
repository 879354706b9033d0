import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { say } from "./say.js";

const list = JSON.parse(readFileSync(new URL("system-packages.json", import.meta.url), "utf8"));

/** Sees to it that the named programs are there. */
export function ensureSystem(names) {
  const absent = names.filter(name => !findProgram(name));
  if (absent.length === 0) return;
  const packages = absent.flatMap(name => list[name].debian);
  if (process.getuid?.() === 0 && findCommand("apt-get")) {
    say(`installing Debian packages: ${packages.join(" ")} (once)`);
    apt("update");
    apt("install", "-y", "--no-install-recommends", ...packages);
  }
  const missing = absent.filter(name => !findProgram(name));
  for (const name of missing) {
    const { what, debian, environment } = list[name];
    say(
      `missing: ${what}. Install it (Debian: apt-get install ${debian.join(" ")}), or set ${environment} to its path.`,
    );
  }
}

/** Where the program is: named by its environment variable, on the PATH, or at a usual place. */
export function findProgram(name) {
  const { commands, paths, environment } = list[name];
  const named = process.env[environment];
  if (named && existsSync(named)) return named;
  for (const command of commands) {
    const found = findCommand(command);
    if (found) return found;
  }
  return paths.find(path => existsSync(path));
}

function findCommand(command) {
  for (const folder of [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin"]) {
    if (folder && existsSync(join(folder, command))) return join(folder, command);
  }
  return undefined;
}

function apt(...args) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const done = spawnSync("apt-get", ["-qq", ...args], { env, stdio: ["ignore", "ignore", "inherit"] });
  if (done.status !== 0) say(`apt-get ${args[0]} failed; going on with what there is`);
}
