import { webcrypto } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createNodeKey, NodeKeyError } from "./node-key.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "node-key-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("the node's key", () => {
  it("is made on the first run, for its owner's eyes only, and is the same on the next", async () => {
    const file = join(folder, "key.pem");
    const first = await createNodeKey(file);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const second = await createNodeKey(file);
    expect(second.thumbprint).toBe(first.thumbprint);
    expect(second.publicJwk).toEqual(first.publicJwk);
    expect(await readFile(file, "utf8")).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
  });

  it("signs with ES256, and nothing in this process can export it", async () => {
    const { privateKey, publicJwk, thumbprint } = await createNodeKey();
    const { subtle } = webcrypto;
    const words = Buffer.from("words");
    const how = { name: "ECDSA", hash: "SHA-256" };
    const signature = await subtle.sign(how, privateKey, words);
    const key = await subtle.importKey("jwk", publicJwk, { name: "ECDSA", namedCurve: "P-256" }, true, [
      "verify",
    ]);
    expect(await subtle.verify(how, key, signature, words)).toBe(true);
    await expect(subtle.exportKey("pkcs8", privateKey)).rejects.toThrow();
    // RFC 7638 §3.1: the members in this order, without spaces.
    const { x, y } = publicJwk;
    const digest = await subtle.digest(
      "SHA-256",
      Buffer.from(`{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`),
    );
    expect(thumbprint).toBe(Buffer.from(digest).toString("base64url"));
  });

  it("is another one each time when it has no file", async () => {
    expect((await createNodeKey()).thumbprint).not.toBe((await createNodeKey()).thumbprint);
  });

  it("is refused in words when its file holds something else, and the file is left alone", async () => {
    const file = join(folder, "other.pem");
    for (const text of ["", "words", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]) {
      await writeFile(file, text);
      await expect(createNodeKey(file)).rejects.toThrow(NodeKeyError);
      expect(await readFile(file, "utf8")).toBe(text);
    }
  });

  it("is refused in words when its file can be neither read nor written", async () => {
    await expect(createNodeKey(folder)).rejects.toThrow(/cannot be read/);
    await expect(createNodeKey(join(folder, "nowhere", "key.pem"))).rejects.toThrow(/cannot be written/);
  });
});
