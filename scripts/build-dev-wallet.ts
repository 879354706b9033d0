import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import type { DevWalletOptions } from "../examples/dev-wallet/options.ts";

/** The public half of a key that nobody keeps; it gives the wallet the id below on every machine. */
const publicKey =
  "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA4h1G9NEUnMYhoa8fEzOcVhTZZtRn+HTrcfq41jmjUOZkTqWPJkTPiaXFpTWy1zqf6rAYa1ljF58FIKoFzju/AHQPkqxRT0+ygaWTPawsroLdA5oDJLqkBI9UpSwaa+s+7yQuxSDu4dp0ymroUW3hUffbbRmDVsJCo8mbcGGb0S2KbuGrLhSCvsBy1ehBdGqYMaXDr5i7dB7w8F9ATP8KbECSUwK3iF2h8I6FDrcmuqsbj1+mfI2Jf32U2VrNpRruVlSqg8D2C1A70Zzd8iSFfqIZ0Yovel/I2inP8CqZWQ9okrpG1cmyK9ncM/k7KC/s+6I9c5JMbmfypNRxEqeTyQIDAQAB";

export const devWalletId = "fhoplbacfjkfompjjbfjpnoelicaagdb";

const root = join(import.meta.dirname, "..");
const source = join(root, "examples/dev-wallet");

export interface DevWalletBuild extends DevWalletOptions {
  /** Of the folder below `.output/`; another for each wallet that is loaded at the same time. */
  readonly folder?: string;
}

/** Builds the wallet for development, and gives the folder that a browser loads. */
export async function buildDevWallet(wish: DevWalletBuild): Promise<string> {
  const { folder = "dev-wallet", ...options } = wish;
  const out = join(root, ".output", folder);
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  await bundle(out, options, { names: ["worker", "confirm", "settings"], format: "esm" });
  // What runs in pages must leave no name behind there.
  await bundle(out, options, { names: ["page-bridge", "page-provider"], format: "iife" });
  for (const file of ["confirm.html", "settings.html", "dev-wallet.css"])
    await copyFile(join(source, file), join(out, file));
  await writeFile(join(out, "manifest.json"), `${JSON.stringify(toManifest(options), null, 2)}\n`);
  return out;
}

interface Bundle {
  readonly names: readonly string[];
  readonly format: "esm" | "iife";
}

async function bundle(out: string, options: DevWalletOptions, { names, format }: Bundle): Promise<void> {
  await build({
    entryPoints: names.map(name => join(source, `${name}.ts`)),
    outdir: out,
    bundle: true,
    minify: true,
    format,
    target: "chrome116",
    define: { __DEV_WALLET__: JSON.stringify(options) },
  });
}

function toManifest({ allowed }: DevWalletOptions): object {
  const matches = ["http://*/*", "https://*/*"];
  return {
    manifest_version: 3,
    name: "Dev wallet (for development only)",
    version: "0.1.0",
    minimum_chrome_version: "116",
    key: publicKey,
    permissions: ["storage"],
    host_permissions: matches,
    background: { service_worker: "worker.js", type: "module" },
    action: { default_title: "Dev wallet", default_popup: "settings.html" },
    externally_connectable: { ids: allowed ?? ["*"] },
    content_scripts: [
      { matches, js: ["page-bridge.js"], run_at: "document_start", all_frames: true },
      { matches, js: ["page-provider.js"], run_at: "document_start", all_frames: true, world: "MAIN" },
    ],
  };
}
