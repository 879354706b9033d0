import { type ParseArgsConfig, parseArgs } from "node:util";
import { EtherlynkError } from "../protocol/errors.ts";
import { type Aliases, readAlias } from "./sip/aliases.ts";

/** What the command line says. */
export interface NodeOptions {
  readonly port: number;
  readonly host: string;
  readonly path: string;
  /** Admits anyone, as PeerServer does. */
  readonly open: boolean;
  readonly domain: string | undefined;
  readonly key: string | undefined;
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly peers: readonly PeerNode[];
  readonly aliases: Aliases;
  /** The chain that wallets sign for, and where smart accounts are asked. */
  readonly chain: { readonly id: number; readonly rpc?: string } | undefined;
  /** The file of the address book: chains that are read and followed. */
  readonly book: string | undefined;
  readonly plainLinks: boolean;
  readonly origins: readonly string[] | undefined;
  readonly trustProxy: readonly string[];
  readonly peerKey: string;
  readonly discovery: boolean;
}

/** Another domain's node: where it is, and the thumbprint of the key it must prove. */
export interface PeerNode {
  readonly domain: string;
  readonly url: string;
  readonly thumbprint: string;
}

export type Command =
  | { readonly do: "run"; readonly options: NodeOptions }
  | { readonly do: "help" }
  | { readonly do: "version" };

const SPEC = {
  port: { type: "string" },
  host: { type: "string" },
  path: { type: "string" },
  open: { type: "boolean" },
  domain: { type: "string" },
  key: { type: "string" },
  cert: { type: "string" },
  "cert-key": { type: "string" },
  peer: { type: "string", multiple: true },
  alias: { type: "string", multiple: true },
  chain: { type: "string" },
  book: { type: "string" },
  "plain-links": { type: "boolean" },
  origin: { type: "string", multiple: true },
  "trust-proxy": { type: "string", multiple: true },
  "peer-key": { type: "string" },
  peers: { type: "boolean" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean" },
} as const satisfies ParseArgsConfig["options"];

type Values = ReturnType<typeof parseArgs<{ options: typeof SPEC }>>["values"];

export const HELP = `Runs one node: PeerJS and SIP over WebSocket on one port.

  --port NUMBER            where to listen; 0 is any free port (9000)
  --host ADDRESS           on which address (127.0.0.1; 0.0.0.0 or :: for all)
  --path PATH              below which path PeerJS and SIP live (/)
  --open                   admit anyone, as PeerServer does; without it only proven accounts hold names
  --domain NAME            the domain this node answers for (localhost)
  --key FILE               the node's own key, made on the first run; without it, one for this run only
  --cert FILE              serve TLS with this certificate chain (PEM) ...
  --cert-key FILE          ... and its private key (PEM)
  --peer DOMAIN=URL#PRINT  another domain's node, and the thumbprint of its key; may be repeated
  --alias NAME=0xACCOUNT   a plain name such as echo that leads to an account; may be repeated
  --chain ID[=URL]         the chain that wallets sign for (1, or the book's first), and its RPC, by which smart accounts are asked (ERC-1271)
  --book FILE              address book of the chains whose numbers, names, accounts and nodes are believed
  --plain-links            dial nodes found there without TLS too, and on this machine: for trying it out
  --origin ORIGIN          a web origin that may use the node, such as https://example.org; may be repeated (any)
  --trust-proxy RANGE      a proxy that is believed about whom it forwards, such as 10.0.0.0/8; may be repeated
  --peer-key WORD          the key that PeerJS clients name (peerjs)
  --peers                  tell PeerJS clients who is connected, when they ask
  --help, --version
`;

/**
 * Reads the command line.
 *
 * @throws OptionError
 */
export function parseOptions(args: readonly string[]): Command {
  const values = parseValues(args);
  if (values.help) return { do: "help" };
  if (values.version) return { do: "version" };
  return {
    do: "run",
    options: {
      port: parsePort(values.port ?? "9000"),
      host: values.host ?? "127.0.0.1",
      path: parsePath(values.path ?? "/"),
      open: values.open ?? false,
      domain: parseDomain(values.domain),
      key: values.key,
      tls: parseTls(values),
      peers: (values.peer ?? []).map(parsePeer),
      aliases: new Map((values.alias ?? []).map(parseAlias)),
      chain: values.chain === undefined ? undefined : parseChain(values.chain),
      book: values.book,
      plainLinks: values["plain-links"] ?? false,
      origins: values.origin?.map(parseOrigin),
      trustProxy: values["trust-proxy"] ?? [],
      peerKey: parsePeerKey(values["peer-key"] ?? "peerjs"),
      discovery: values.peers ?? false,
    },
  };
}

function parseValues(args: readonly string[]): Values {
  try {
    return parseArgs({ args: [...args], options: SPEC, strict: true }).values;
  } catch (cause) {
    const words = cause instanceof Error ? (cause.message.split(". ")[0] ?? "") : String(cause);
    throw new OptionError(`${words}.`, { cause });
  }
}

function parsePort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new OptionError(`--port is a number from 0 to 65535, not "${text}".`);
}

/** Begins and ends with a slash, as PeerJS clients write it. */
function parsePath(text: string): string {
  const path = `/${text}/`.replace(/\/{2,}/g, "/");
  if (/^[\w/.~-]+$/.test(path)) return path;
  throw new OptionError(`--path is made of letters, digits and slashes, not "${text}".`);
}

function parseDomain(text: string | undefined): string | undefined {
  if (text === undefined || isDomain(text)) return text?.toLowerCase();
  throw new OptionError(`--domain is a host name such as node.example, not "${text}".`);
}

function isDomain(text: string): boolean {
  return (
    text.length <= 253 && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i.test(text)
  );
}

function parseTls({ cert, "cert-key": key }: Values): NodeOptions["tls"] {
  if (cert !== undefined && key !== undefined) return { cert, key };
  if (cert === undefined && key === undefined) return undefined;
  throw new OptionError("--cert and --cert-key belong together.");
}

/** `node.example=wss://host:9001#thumbprint` */
function parsePeer(text: string): PeerNode {
  const [, domain = "", address = "", thumbprint = ""] = /^([^=]+)=([^#]+)#([\w-]{43})$/.exec(text) ?? [];
  const url = URL.parse(address);
  if (isDomain(domain) && (url?.protocol === "wss:" || url?.protocol === "ws:")) {
    return { domain: domain.toLowerCase(), url: url.href, thumbprint };
  }
  throw new OptionError(
    `--peer is DOMAIN=wss://HOST#THUMBPRINT with a thumbprint of 43 characters, not "${text}".`,
  );
}

function parseAlias(text: string): readonly [string, string] {
  const alias = readAlias(text);
  if (alias !== undefined) return alias;
  throw new OptionError(`--alias is NAME=0xACCOUNT with a name of letters, digits, - and _, not "${text}".`);
}

/** `1`, or `31337=http://127.0.0.1:8545` */
function parseChain(text: string): NonNullable<NodeOptions["chain"]> {
  const [, id = "", address] = /^([1-9]\d{0,14})(?:=(.+))?$/.exec(text) ?? [];
  const url = address === undefined ? undefined : URL.parse(address);
  if (id !== "" && address === undefined) return { id: Number(id) };
  if (id !== "" && (url?.protocol === "https:" || url?.protocol === "http:")) {
    return { id: Number(id), rpc: url.href };
  }
  throw new OptionError(`--chain is a chain's number, and =https://… of its RPC behind it, not "${text}".`);
}

/** As browsers serialise it: scheme, host, port, and nothing behind. */
function parseOrigin(text: string): string {
  const url = URL.parse(text);
  if (url !== null && url.host !== "" && url.pathname.length <= 1 && url.search === "" && url.hash === "") {
    return `${url.protocol}//${url.host}`;
  }
  throw new OptionError(`--origin is a web origin such as https://example.org, not "${text}".`);
}

function parsePeerKey(text: string): string {
  if (/^[\w-]{1,64}$/.test(text)) return text;
  throw new OptionError(`--peer-key is a word of letters and digits, not "${text}".`);
}

export class OptionError extends EtherlynkError {
  constructor(sentence: string, options?: { cause?: unknown }) {
    super("node.option", sentence, options);
  }
}
