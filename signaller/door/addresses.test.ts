import { describe, expect, it } from "vitest";
import { AddressListError, clientAddress, createTrust, limitKey } from "./addresses.ts";

const nobody = createTrust([]);
const proxies = createTrust(["10.0.0.0/8", "127.0.0.1", "2001:db8:ffff::/48"]);
const from = (remote: string, headers: Record<string, string> = {}) => ({ remote, headers });

describe("whom a request came from", () => {
  it("is who made the TCP connection, whatever it says", () => {
    expect(clientAddress(from("203.0.113.7", { "x-forwarded-for": "192.0.2.1" }), nobody)).toBe(
      "203.0.113.7",
    );
    expect(clientAddress(from("203.0.113.7", { "x-forwarded-for": "192.0.2.1" }), proxies)).toBe(
      "203.0.113.7",
    );
  });

  it.each([
    ["one proxy", "127.0.0.1", "192.0.2.1", "192.0.2.1"],
    ["two proxies", "127.0.0.1", "192.0.2.1, 10.1.2.3", "192.0.2.1"],
    ["what the client wrote before", "127.0.0.1", "198.51.100.9, 192.0.2.1, 10.1.2.3", "192.0.2.1"],
    ["an IPv4-mapped proxy", "::ffff:10.0.0.1", "192.0.2.1", "192.0.2.1"],
    ["an IPv6 client", "2001:db8:ffff::1", "2001:db8:1:2::3", "2001:db8:1:2::3"],
    ["a port", "127.0.0.1", "192.0.2.1:4711", "192.0.2.1"],
    ["brackets and a port", "127.0.0.1", "[2001:db8:1:2::3]:4711", "2001:db8:1:2::3"],
    ["nothing to be read", "127.0.0.1", "unknown", "127.0.0.1"],
    ["nothing to be read behind a proxy", "127.0.0.1", "nonsense, 10.0.0.5", "10.0.0.5"],
    ["proxies only", "127.0.0.1", "10.0.0.1, 10.0.0.2", "10.0.0.1"],
    ["nothing at all", "127.0.0.1", "", "127.0.0.1"],
  ])("is the last hop that no trusted proxy stands for: %s", (...[, remote, list, expected]) => {
    expect(clientAddress(from(remote, { "x-forwarded-for": list }), proxies)).toBe(expected);
  });

  it.each([
    ["for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"],
    ['For="[2001:db8:cafe::17]:4711"', "2001:db8:cafe::17"],
    ["for=198.51.100.17, for=192.0.2.43, for=10.0.0.1", "192.0.2.43"],
    ["proto=https", "127.0.0.1"],
  ])("is read from RFC 7239's Forwarded: %s", (list, expected) => {
    expect(clientAddress(from("127.0.0.1", { forwarded: list }), proxies)).toBe(expected);
  });

  it("is not looked for in a list without end", () => {
    const list = Array.from({ length: 5_000 }, () => "10.0.0.1").join(",");
    expect(clientAddress(from("127.0.0.1", { "x-forwarded-for": `192.0.2.1,${list}` }), proxies)).toBe(
      "10.0.0.1",
    );
  });
});

describe("what limits are counted by", () => {
  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:db8:1:2::9", "2001:db8:1:2::/64"],
    ["2001:0db8:0001:0002::9", "2001:db8:1:2::/64"],
    ["2001:db8::9", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["64:ff9b::192.0.2.33", "64:ff9b:0:0::/64"],
    ["1:2:3:4:5:6:1.2.3.4", "1:2:3:4::/64"],
  ])("of %s is %s", (address, key) => {
    expect(limitKey(address)).toBe(key);
  });
});

describe("ranges of proxies", () => {
  it.each(["10.0.0.0/8", "192.0.2.7", "2001:db8::/32", "::1"])("may be %s", range => {
    expect(createTrust([range]).trusts(range.split("/")[0] ?? "")).toBe(true);
  });

  it.each(["", "proxy.example", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "2001:db8::/129", "10.0.0/8"])(
    "may not be %j",
    range => {
      expect(() => createTrust([range])).toThrow(AddressListError);
    },
  );
});
