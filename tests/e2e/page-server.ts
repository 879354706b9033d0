import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { build } from "esbuild";

export const peerVersions = ["1.3.2", "1.4.7", "1.5.5"] as const;
export type PeerVersion = (typeof peerVersions)[number];

export interface PageServer {
  readonly origin: string;
  close(): Promise<void>;
}

const root = join(import.meta.dirname, "../..");
const parts = ["peer-page", "jssip-page", "sipjs-page", "socket-page", "call-media-page"];

/** Serves the test pages. PeerJS comes as its published script, the SIP clients bundled from their packages. */
export async function startPageServer(): Promise<PageServer> {
  const scripts = await bundleParts();
  for (const version of peerVersions) {
    const folder = version === "1.5.5" ? "peerjs" : `peerjs-${version}`;
    scripts.set(
      `peerjs-${version}.js`,
      readFileSync(join(root, "node_modules", folder, "dist/peerjs.min.js")),
    );
  }
  const server = createServer((request, response) => {
    const name = new URL(request.url ?? "/", "http://page").pathname.slice(1);
    const script = scripts.get(name);
    response.setHeader("content-type", script ? "text/javascript" : "text/html; charset=utf-8");
    response.end(script ?? toPage(name));
  });
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bundleParts(): Promise<Map<string, Uint8Array>> {
  const { outputFiles } = await build({
    entryPoints: Object.fromEntries(parts.map(part => [part, join(import.meta.dirname, `pages/${part}.ts`)])),
    bundle: true,
    write: false,
    format: "iife",
    outdir: root,
    define: { global: "globalThis" },
    logLevel: "error",
  });
  return new Map(outputFiles.map(file => [file.path.slice(root.length + 1), file.contents]));
}

/** `/peer-page+peerjs-1.4.7`: a page with these scripts, the last first. */
function toPage(name: string): string {
  const scripts = name.split("+").reverse();
  const tags = scripts.map(script => `<script src="/${script}.js"></script>`).join("");
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${name}</title><link rel="icon" href="data:,">${tags}</html>`;
}
