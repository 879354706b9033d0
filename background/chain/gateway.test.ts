import * as AbiParameters from "ox/AbiParameters";
import { describe, expect, it, vi } from "vitest";
import { askGateways } from "./gateway.ts";

const resolver = "0x52908400098527886E0F7030069857D2E4169EE7";
const signal = new AbortController().signal;

// Whom a name's owner may make this phone visit. The fetch is stopped: what is asked here is whether it would begin.
describe("askGateways", () => {
  it.each([
    "https://gateway.example/{sender}/{data}",
    "https://gateway.example:8443/{data}.json",
    "https://gateway.example/post",
  ])("visits %s", async url => {
    expect(await visited(url, false)).toBe(1);
  });

  it.each([
    "http://gateway.example/{data}",
    "https://user:secret@gateway.example/{data}",
    "https://127.0.0.1/{data}",
    "https://2130706433/{data}",
    "https://0x7f.1/{data}",
    "https://192.168.1.1/{data}",
    "https://[::1]/{data}",
    "https://[fd00::1]/{data}",
    "https://localhost/{data}",
    "https://router/{data}",
    "https://router.local/{data}",
    "https://app.localhost./{data}",
    "https://nas.home.arpa/{data}",
    "ftp://gateway.example/{data}",
    "data:application/json,{data}",
    "file:///{data}",
    "/{data}",
    "",
  ])("does not visit %s", async url => {
    expect(await visited(url, false)).toBe(0);
  });

  it("visits this machine where development wants it", async () => {
    expect(await visited("http://127.0.0.1:8080/{data}", true)).toBe(1);
    expect(await visited("http://192.168.1.1/{data}", true)).toBe(0);
  });

  it("does not visit an address that is longer than one may be", async () => {
    expect(await visited(`https://gateway.example/${"x".repeat(3_000)}`, false)).toBe(0);
  });

  it("visits no more than a few, whatever the list says", async () => {
    expect(await visitedAll(Array(50).fill("https://gateway.example/{data}"), false)).toBe(4);
  });
});

function visited(url: string, loopback: boolean): Promise<number> {
  return visitedAll([url], loopback);
}

async function visitedAll(urls: readonly string[], loopback: boolean): Promise<number> {
  const fetch = vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("stopped"));
  const types = ["address", "string[]", "bytes", "bytes4", "bytes"].map(type => ({ type }));
  const revert = AbiParameters.encode(types, [resolver, urls, "0x1234", "0xaabbccdd", "0x"]).slice(2);
  await expect(askGateways(`0x556f1830${revert}`, resolver, { signal, loopback })).rejects.toMatchObject({
    code: "chain.gateway",
  });
  const { length } = fetch.mock.calls;
  fetch.mockRestore();
  return length;
}
