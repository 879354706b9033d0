// The echo by itself. Exit 0: it stopped when asked to; 1: it could not start; 2: the command line is wrong.
import { parseArgs } from "node:util";
import { EtherlynkError } from "../../protocol/errors.ts";
import { openMachineKeys } from "../kit/machine-keys.ts";
import { createLog } from "../kit/service-log.ts";
import { startEcho } from "./start-echo.ts";

const GOODBYE_MS = 3_000;

const HELP = `Answers calls with a sentence, then sends back what it hears.

  --node URL       a node of the domain, such as wss://node.example:9000/; may be repeated
  --domain NAME    the domain (localhost)
  --key FILE       its keys, made on the first run; without it, for this run only
  --account        print its account, for the node's --alias echo=0x…, and end
  --as NAME        register this name instead of the account: only an open node has it
  --chain ID       the chain that the node admits accounts of (1)
  --ice URL        a STUN server such as stun:stun.example:3478; may be repeated
  --help
`;

const SPEC = {
  node: { type: "string", multiple: true },
  domain: { type: "string" },
  key: { type: "string" },
  account: { type: "boolean" },
  as: { type: "string" },
  chain: { type: "string" },
  ice: { type: "string", multiple: true },
  help: { type: "boolean", short: "h" },
} as const;

type Values = ReturnType<typeof readValues>;

async function obey(values: Values): Promise<void> {
  if (values.help) return void process.stdout.write(HELP);
  const keys = await openMachineKeys(values.key);
  if (values.account) return void process.stdout.write(`${keys.account}\n`);
  const urls = readUrls(values.node ?? []);
  const { domain = "localhost", as: user } = values;
  const stop = new AbortController();
  const end = () => {
    stop.abort();
    // A node that does not answer must not keep it.
    setTimeout(() => process.exit(0), GOODBYE_MS).unref();
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, end);
  const { account } = await startEcho({
    domain,
    urls,
    keys,
    user: readUser(user),
    chainId: readChain(values.chain ?? "1"),
    iceServers: (values.ice ?? []).map(url => ({ urls: url })),
    log: createLog(line => process.stderr.write(`${line}\n`)),
    signal: stop.signal,
  });
  process.stdout.write(`registered sip:${user ?? account}@${domain}\n`);
}

function readValues(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: SPEC, strict: true }).values;
  } catch (cause) {
    const words = cause instanceof Error ? (cause.message.split(". ")[0] ?? "") : String(cause);
    throw new CommandError(`${words}.`, { cause });
  }
}

function readUrls(urls: readonly string[]): readonly string[] {
  if (urls.length === 0) throw new CommandError("--node is missing: where is the domain's node?");
  const wrong = urls.find(url => !/^wss?:$/.test(URL.parse(url)?.protocol ?? ""));
  if (wrong !== undefined) throw new CommandError(`--node is a ws:// or wss:// URL, not "${wrong}".`);
  return urls;
}

function readUser(user: string | undefined): string | undefined {
  if (user === undefined || /^[a-z][\w-]{0,62}$/i.test(user)) return user;
  throw new CommandError(`--as is a name of letters, digits, - and _, not "${user}".`);
}

function readChain(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new CommandError(`--chain is a chain's number, not "${text}".`);
}

class CommandError extends EtherlynkError {
  constructor(sentence: string, options?: { cause?: unknown }) {
    super("service.option", sentence, options);
  }
}

// Whoever started us may be gone, and the pipe with them: a service does not end because nobody reads its words.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

try {
  await obey(readValues(process.argv.slice(2)));
} catch (error) {
  const isAborted = error instanceof DOMException && error.name === "AbortError";
  if (!(error instanceof EtherlynkError) && !isAborted) throw error;
  if (error instanceof EtherlynkError) process.stderr.write(`${error.message}\n`);
  process.exitCode = isAborted ? 0 : error instanceof CommandError ? 2 : 1;
  if (!isAborted && !(error instanceof CommandError)) process.exit(1);
}
