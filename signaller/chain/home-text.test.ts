import { describe, expect, it } from "vitest";
import { isDomain, isNodeUrl, isPublicUrl } from "./home-text.ts";

describe("what entries on the chain say", () => {
  it.each(["node.example", "a", "x-1.example", "localhost"])("%s is a domain", text => {
    expect(isDomain(text)).toBe(true);
  });

  it.each(["", "Node.example", "-a.example", "a..b", "a b", "a/b", "a:1", "ä.example", "x".repeat(254)])(
    "%j is none",
    text => {
      expect(isDomain(text)).toBe(false);
    },
  );

  it.each(["wss://node.example", "ws://127.0.0.1:9000/", "wss://[2001:db8::1]:9/path"])(
    "%s is a node's",
    url => {
      expect(isNodeUrl(url)).toBe(true);
    },
  );

  it.each([
    "https://node.example",
    "wss://",
    "wss://user:word@node.example",
    "wss://a b",
    "javascript:alert(1)",
  ])("%s is none", url => {
    expect(isNodeUrl(url)).toBe(false);
  });

  it.each(["wss://node.example:9001/x", "wss://8.8.8.8", "wss://[2606:4700::1]/", "wss://172.32.0.1"])(
    "%s is public",
    url => {
      expect(isPublicUrl(url)).toBe(true);
    },
  );

  it.each([
    ...["ws://node.example", "wss://localhost", "wss://printer", "wss://nas.local", "wss://db.internal:5432"],
    ...["wss://127.0.0.1", "wss://2130706433", "wss://0x7f.1", "wss://10.1.2.3", "wss://192.168.1.1"],
    ...[
      "wss://172.16.0.1",
      "wss://172.31.255.255",
      "wss://169.254.169.254",
      "wss://100.64.0.1",
      "wss://0.0.0.0",
    ],
    ...[
      "wss://[::1]",
      "wss://[fe80::1]",
      "wss://[fd00::1]",
      "wss://[::ffff:10.0.0.1]",
      "wss://224.0.0.1",
      "no",
    ],
  ])("%s is within somebody's walls, or nowhere", url => {
    expect(isPublicUrl(url)).toBe(false);
  });
});
