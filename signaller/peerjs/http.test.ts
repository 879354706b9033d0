import { describe, expect, it } from "vitest";
import { isPeerId } from "../../protocol/peer/peer-id.ts";
import { limits } from "../limits.ts";
import { createPeerPages } from "./http.ts";
import { Realm } from "./realm.ts";

const realm = new Realm(limits);
const pages = createPeerPages(realm, { path: "/calls/", key: "word", discovery: false });

describe("the pages of PeerServer", () => {
  it("tell what this is", () => {
    expect(JSON.parse(pages("/calls/")?.body ?? "")).toMatchObject({ name: "PeerJS Server" });
  });

  it("give an id that nobody can guess and every client may hold", () => {
    const ids = new Set(Array.from({ length: 1_000 }, () => pages("/calls/word/id")?.body ?? ""));
    expect(ids.size).toBe(1_000);
    for (const id of ids) {
      expect(isPeerId(id)).toBe(true);
      // A version 4 UUID: 122 bits of the system's randomness.
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
  });

  it("check the key everywhere", () => {
    expect(pages("/calls/peerjs/id")?.status).toBe(401);
    expect(pages("/calls/peerjs/peers")?.status).toBe(401);
    expect(pages("/calls//id")?.status).toBe(401);
  });

  it("list peers where that was asked for only", () => {
    expect(pages("/calls/word/peers")?.status).toBe(401);
    const listing = createPeerPages(realm, { path: "/", key: "word", discovery: true });
    expect(listing("/word/peers")).toMatchObject({ status: 200, body: "[]" });
  });

  it("leave everything else to others", () => {
    for (const path of ["/", "/word/id", "/calls", "/calls/word", "/calls/word/other", "/calls/word/id/x"]) {
      expect(pages(path), path).toBeUndefined();
    }
  });
});
