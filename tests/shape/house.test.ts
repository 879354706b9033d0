import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import { importsOf, listFiles, productFiles } from "./source-files.ts";

const files = productFiles();

/** Rooms that a room may import from; itself is always allowed. */
const mayImport: Record<string, readonly string[]> = {
  protocol: [],
  background: ["protocol"],
  content: ["protocol"],
  signaller: ["protocol"],
  services: ["protocol"],
  sdk: ["protocol"],
  extension: ["background", "protocol", "content"],
  web: ["background", "protocol"],
};

describe("walls", () => {
  it("a room imports only the rooms below it", () => {
    const wrong: string[] = [];
    for (const { path, text } of files) {
      const room = path.split("/")[0] ?? "";
      for (const source of importsOf(text).filter(name => name.startsWith("."))) {
        const target = normalize(join(dirname(path), source)).split("/")[0] ?? "";
        if (target !== room && !mayImport[room]?.includes(target)) wrong.push(`${path} imports ${source}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("protocol/ imports no package but ox, and nothing of Node", () => {
    const packages = files
      .filter(({ path }) => path.startsWith("protocol/"))
      .flatMap(({ path, text }) => importsOf(text).map(source => ({ path, source })))
      .filter(({ source }) => !source.startsWith(".") && !/^ox(\/|$)/.test(source));
    expect(packages).toEqual([]);
  });

  it("protocol/ has no clock, no randomness, no timers", () => {
    const impure =
      /\b(Date\.now|new Date|Math\.random|setTimeout|setInterval|performance\.|crypto\.|queueMicrotask)\b/;
    const wrong = files.filter(
      ({ path, text }) => path.startsWith("protocol/") && impure.test(withoutComments(text)),
    );
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });
});

describe("files", () => {
  it("no file is called after nothing in particular", () => {
    const vague = /(^|[-/])(index|manager|util|utils|helper|helpers|data|handler|misc|common)\.tsx?$/;
    expect(files.map(({ path }) => path).filter(path => vague.test(path))).toEqual([]);
  });

  it("no module keeps mutable state", () => {
    const wrong = files.filter(({ text }) => /^(export )?(let|var) /m.test(text));
    expect(wrong.map(({ path }) => path)).toEqual([]);
  });

  it("relative imports name the file with its suffix", () => {
    const wrong = files.flatMap(({ path, text }) =>
      importsOf(text)
        .filter(source => source.startsWith(".") && !/\.(tsx?|js|json|css)$/.test(source))
        .map(source => `${path}: ${source}`),
    );
    expect(wrong).toEqual([]);
  });

  it("the node's side has no .tsx", () => {
    const tsx = files
      .map(({ path }) => path)
      .filter(path => /^(protocol|signaller|services)\/.*\.tsx$/.test(path));
    expect(tsx).toEqual([]);
  });

  it("nothing of a machine or of a registry stands in the tree", () => {
    // Spelt in pieces, so that this file does not find itself.
    const machine = new RegExp(
      ["[^A-Za-z0-9.]/(t", "mp|ro", "ot|wo", "rk)/|registry\\.npm", "js|npmmir", "ror"].join(""),
    );
    const wrong = listFiles()
      .filter(path => /\.(ts|tsx|js|cjs|json|md|html|css|sol|toml|cfg|conf|sh)$|^\.ci\/|^\.npmrc$/.test(path))
      .filter(path => machine.test(readFileSync(path, "utf8")));
    expect(wrong).toEqual([]);
  });
});

describe("errors", () => {
  it("every code is written room.thing and stands beside a sentence", () => {
    const coded = files.flatMap(({ path, text }) =>
      [...text.matchAll(/super\(\s*"([^"]+)"\s*,\s*([^)]*)/g)].map(match => ({
        path,
        code: match[1] ?? "",
        rest: match[2] ?? "",
      })),
    );
    expect(coded.length).toBeGreaterThan(0);
    for (const { path, code, rest } of coded) {
      expect(code, path).toMatch(/^[a-z]+(\.[a-z-]+)+$/);
      expect(rest.trim(), `${path}: ${code} has no sentence`).not.toBe("");
    }
  });
});

describe("documents", () => {
  it("every room has a README of at most a screen or two", () => {
    const rooms = new Set(
      listFiles()
        .map(path => path.split("/")[0] ?? "")
        .filter(name => isRoom(name)),
    );
    expect(rooms).toContain("protocol");
    for (const room of rooms) {
      const readme = join(room, "README.md");
      expect(existsSync(readme), `${readme} is missing`).toBe(true);
      expect(readFileSync(readme, "utf8").split("\n").length, readme).toBeLessThanOrEqual(80);
    }
  });

  it("every package has its reason in docs/dependencies.md, and an exact version", () => {
    const { dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync("package.json", "utf8"));
    const reasons = readFileSync("docs/dependencies.md", "utf8");
    for (const [name, version] of Object.entries<string>({ ...dependencies, ...devDependencies })) {
      expect(reasons, `docs/dependencies.md does not speak of ${name}`).toContain(`\`${name}\``);
      expect(version).toMatch(/^(npm:[\w@/.-]+@)?\d+\.\d+\.\d+/);
    }
  });

  it("every npm command in the documents exists", () => {
    const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
    for (const path of listFiles().filter(name => name.endsWith(".md"))) {
      for (const [, run, plain] of readFileSync(path, "utf8").matchAll(
        /`npm (?:run ([a-z:]+)|(start|test))/g,
      )) {
        expect(Object.keys(scripts), `${path} names npm ${run ?? plain}`).toContain(run ?? plain);
      }
    }
  });

  it("every relative link in the documents leads somewhere", () => {
    for (const path of listFiles().filter(name => name.endsWith(".md"))) {
      for (const [, link = ""] of readFileSync(path, "utf8").matchAll(
        /\]\((?!https?:|#|mailto:)([^)#\s]+)/g,
      )) {
        expect(existsSync(join(dirname(path), link)), `${path} links to ${link}`).toBe(true);
      }
    }
  });
});

function isRoom(name: string): boolean {
  return !name.startsWith(".") && existsSync(name) && !/\.[a-z]+$|^LICENSE$/.test(name);
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
}
