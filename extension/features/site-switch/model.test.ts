import { expect, it } from "vitest";
import { originPattern } from "./model.ts";

it.each([
  ["https://app.example/orders?id=7", { host: "app.example", pattern: "https://app.example/*" }],
  ["http://127.0.0.1:8080/", { host: "127.0.0.1:8080", pattern: "http://127.0.0.1/*" }],
  ["https://[::1]:8443/x", { host: "[::1]:8443", pattern: "https://[::1]/*" }],
  ["chrome://extensions", undefined],
  ["file:///home", undefined],
  ["not a url", undefined],
  [undefined, undefined],
])("%s -> %j", (url, site) => expect(originPattern(url)).toEqual(site));
