import preact from "@preact/preset-vite";
import { defineConfig } from "wxt";

/** The public half of a key that nobody keeps: it gives the unpacked extension the same id on every machine. */
const publicKey =
  "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAth+xIqwOmWYHAwB4p2AIwDV3als0nvnwQS1y7ZmiHJhKyr/XD4OmIcEwI57QGWGzpcncPg9L7uub7Rh2mPDVkY2SLvA/Ys6z1Yjk1gthzvq9B7nMteOTeAc30kE7Guz/MpeAtYjbUFQWwzricYfr9/D7kMwfcgkM4uQPSXsHPpAw1ztuqrIEPh/Iowt/hdJjURKqLoeixwIZAZJ9wo74c8AjI4iOkslknUd5AQ3N3kBY4XzgQ97OZ80PBxr66GZVtYe21aBL6QGq6+TUySwl8mPuR7w93In3VbW2EH7Rkq2AgBlCN/23NJiJw8z8bbIzgkadus8YDPt6FXoOdk4IsQIDAQAB";

/**
 * Where the fixtures of the end-to-end tests and the desk of `npm start` live: headless Chromium never answers
 * `permissions.request`.
 */
const ownHosts = ["http://127.0.0.1/*"];

/** Of the key in scripts/build-dev-wallet.ts. */
const devWalletId = "fhoplbacfjkfompjjbfjpnoelicaagdb";

/** `npm start` says where its own node and chain are; what is built by itself looks for them at their usual ports. */
function home(): string {
  const usual = {
    domain: "localhost",
    urls: ["ws://127.0.0.1:9000/"],
    chain: { id: 31337, rpc: "http://127.0.0.1:8545" },
  };
  return process.env["ETHERLYNK_HOME"] ?? JSON.stringify(usual);
}

/**
 * Wallets beside MetaMask that answer on its port, as JSON: `[{ id, name }]`. What ships knows none; the builds of tests
 * and of `npm start` know the development wallet.
 */
function wallets(mode: string): string {
  const known = mode === "production" ? [] : [{ id: devWalletId, name: "Dev wallet" }];
  return process.env["ETHERLYNK_WALLETS"] ?? JSON.stringify(known);
}

/**
 * WXT wraps the scripts of pages in words for developers: some 150 bytes of each, which the page's first script waits
 * for. An error at their start stands in the console without them too.
 */
const bareScripts = {
  name: "etherlynk:bare-scripts",
  transform(code: string, id: string): string | undefined {
    if (!id.includes("virtual:wxt-unlisted-script-entrypoint")) return undefined;
    const [importing] = /^import definition from .*$/m.exec(code) ?? [];
    if (importing === undefined) throw new Error("WXT's entrypoint of scripts is not what it was");
    return `${importing}\nexport default definition.main();`;
  },
};

export default defineConfig({
  srcDir: ".",
  entrypointsDir: "extension/entrypoints",
  publicDir: "extension/public",
  outDir: ".output",
  outDirTemplate: "{{browser}}-mv{{manifestVersion}}{{modeSuffix}}",
  manifestVersion: 3,
  imports: false,
  zip: { zipSources: false },
  vite: ({ mode }) => ({
    plugins: [preact(), bareScripts],
    define: { global: "globalThis", __ETHERLYNK_HOME__: home(), __ETHERLYNK_WALLETS__: wallets(mode) },
  }),
  manifest: ({ browser, mode }) => ({
    name: "Etherlynk",
    description: "The telephone of the decentralised web",
    // The toolbar's own words; the popup is WXT's to add.
    action: { default_title: "Etherlynk" },
    permissions: [
      "storage",
      "notifications",
      "alarms",
      "scripting",
      // Tells the popup which site it was opened over; the browser warns of nothing.
      "activeTab",
      ...(browser === "chrome" ? ["offscreen"] : []),
    ],
    // Nothing in a page that was not switched on: no host is required, each site is asked for by itself.
    optional_host_permissions: ["http://*/*", "https://*/*"],
    ...(["e2e", "demo"].includes(mode) ? { host_permissions: ownHosts } : {}),
    // Firefox's own default would turn ws://127.0.0.1 into wss.
    content_security_policy: { extension_pages: "script-src 'self'; object-src 'self'" },
    ...(browser === "chrome"
      ? { key: publicKey, minimum_chrome_version: "116" }
      : {
          browser_specific_settings: {
            gecko: {
              id: "phone@etherlynk.example",
              strict_min_version: "128.0",
              data_collection_permissions: { required: ["none"] },
            },
          },
        }),
  }),
});
