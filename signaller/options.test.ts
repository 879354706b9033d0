import { describe, expect, it } from "vitest";
import { HELP, type NodeOptions, OptionError, parseOptions } from "./options.ts";

const print = "VDL-Ntnex8NN07pgNyf9kGin8Vpkr5qmR5l5x9AF-hQ";

function run(...args: string[]): NodeOptions {
  const command = parseOptions(args);
  if (command.do !== "run") throw new Error(`This is no run but ${command.do}.`);
  return command.options;
}

describe("the command line", () => {
  it("has an answer to nothing at all", () => {
    expect(run()).toEqual({
      port: 9000,
      host: "127.0.0.1",
      path: "/",
      open: false,
      domain: undefined,
      key: undefined,
      tls: undefined,
      peers: [],
      aliases: new Map(),
      chain: undefined,
      book: undefined,
      plainLinks: false,
      origins: undefined,
      trustProxy: [],
      peerKey: "peerjs",
      discovery: false,
    });
  });

  it("reads every option", () => {
    const line = `--port 0 --host :: --open --domain Node.Example --key k.pem --cert c.pem --cert-key d.pem --peers
      --peer other.example=wss://other.example:9001#${print} --origin https://a.example --origin http://localhost:8080
      --trust-proxy 10.0.0.0/8 --trust-proxy ::1 --path calls --peer-key word
      --chain 31337=http://127.0.0.1:8545 --book book.json --plain-links --alias echo=0x70997970C51812dc3A010C7d01b50e0d17dc79C8`;
    expect(run(...line.split(/\s+/))).toEqual({
      port: 0,
      host: "::",
      path: "/calls/",
      open: true,
      domain: "node.example",
      key: "k.pem",
      tls: { cert: "c.pem", key: "d.pem" },
      peers: [{ domain: "other.example", url: "wss://other.example:9001/", thumbprint: print }],
      aliases: new Map([["echo", "0x70997970c51812dc3a010c7d01b50e0d17dc79c8"]]),
      chain: { id: 31_337, rpc: "http://127.0.0.1:8545/" },
      book: "book.json",
      plainLinks: true,
      origins: ["https://a.example", "http://localhost:8080"],
      trustProxy: ["10.0.0.0/8", "::1"],
      peerKey: "word",
      discovery: true,
    });
  });

  it("knows every option that its help names, and names every one", () => {
    const named = new Set([...HELP.matchAll(/--([a-z-]+)/g)].map(([, name]) => name));
    expect(named.size).toBe(19);
    for (const name of named) {
      try {
        parseOptions([`--${name}`]);
      } catch (error) {
        expect(error).toBeInstanceOf(OptionError);
        expect(String(error)).not.toMatch(/unknown/i);
      }
    }
    expect(parseOptions(["--help"])).toEqual({ do: "help" });
    expect(parseOptions(["-h"])).toEqual({ do: "help" });
    expect(parseOptions(["--version"])).toEqual({ do: "version" });
  });

  it.each([
    ["an option nobody knows", ["--prot", "9000"], /--prot/],
    ["a word too many", ["9000"], /9000/],
    ["a port that is no number", ["--port", "http"], /--port/],
    ["a port that is too high", ["--port", "65536"], /--port/],
    ["an option without its value", ["--domain"], /--domain/],
    ["half of a certificate", ["--cert", "c.pem"], /--cert-key/],
    ["a domain that is none", ["--domain", "a b"], /--domain/],
    ["a node without a thumbprint", ["--peer", "a.example=wss://a.example"], /--peer/],
    ["a node by HTTP", ["--peer", `a.example=https://a.example#${print}`], /--peer/],
    ["an origin with a path", ["--origin", "https://a.example/x"], /--origin/],
    ["an origin that is none", ["--origin", "a.example"], /--origin/],
    ["a chain that is none", ["--chain", "mainnet"], /--chain/],
    ["a chain's RPC that is none", ["--chain", "1=ws://a.example"], /--chain/],
    ["an alias that leads to no account", ["--alias", "echo=0x1234"], /--alias/],
    [
      "an alias that reads as an account",
      ["--alias", `0x${"ab".repeat(20)}=0x${"ab".repeat(20)}`],
      /--alias/,
    ],
    ["an alias that reads as a name", ["--alias", `echo.eth=0x${"ab".repeat(20)}`], /--alias/],
    ["a path that is none", ["--path", "/a?b"], /--path/],
    ["a key with a slash", ["--peer-key", "a/b"], /--peer-key/],
  ])("tells in a sentence what is wrong with %s", (_, args, words) => {
    expect(() => parseOptions(args)).toThrow(OptionError);
    expect(() => parseOptions(args)).toThrow(words);
  });
});
