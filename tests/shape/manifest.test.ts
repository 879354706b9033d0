import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type BuildBrowser, buildExtension } from "../../scripts/build-extension.ts";

const browsers: readonly BuildBrowser[] = ["chrome", "firefox"];

/** The manifest as it is built: libraries and options add to it behind one's back. */
describe.each(browsers)("the manifest for %s", browser => {
  let manifest: Record<string, unknown>;

  beforeAll(async () => {
    const folder = await buildExtension("production", browser);
    manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
  }, 60_000);

  it("requires no host: each site is switched on by itself", () => {
    expect(manifest["host_permissions"]).toBeUndefined();
    expect(manifest["content_scripts"]).toBeUndefined();
    expect(manifest["optional_host_permissions"]).toEqual(["http://*/*", "https://*/*"]);
    const permissions = manifest["permissions"] as string[];
    expect(permissions.filter(permission => /[:/*]|all_urls/.test(permission))).toEqual([]);
  });

  it("asks for these permissions and no others", () => {
    const offscreen = browser === "chrome" ? ["offscreen"] : [];
    const permissions = manifest["permissions"] as string[];
    expect([...permissions].sort()).toEqual(
      ["activeTab", "alarms", "notifications", "scripting", "storage", ...offscreen].sort(),
    );
    expect(manifest["optional_permissions"]).toBeUndefined();
  });

  it("opens nothing to pages or to other extensions", () => {
    expect(manifest["web_accessible_resources"]).toBeUndefined();
    expect(manifest["externally_connectable"]).toBeUndefined();
  });

  it("runs its own scripts only, and lets a node on this machine be reached without TLS", () => {
    expect(manifest["content_security_policy"]).toEqual({
      extension_pages: "script-src 'self'; object-src 'self'",
    });
  });

  it("is of Manifest V3, and names the oldest browser it works in", () => {
    expect(manifest["manifest_version"]).toBe(3);
    if (browser === "chrome") expect(manifest["minimum_chrome_version"]).toBe("116");
    else
      expect(manifest["browser_specific_settings"]).toMatchObject({ gecko: { strict_min_version: "128.0" } });
  });
});
