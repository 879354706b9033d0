// `npm run build`: the extension for Chrome and for Firefox.
import { buildExtension } from "./build-extension.ts";

for (const browser of ["chrome", "firefox"] as const) {
  console.log(`The extension for ${browser}: ${await buildExtension("production", browser)}`);
}
