import { parseArgs } from "node:util";
import { EtherlynkError } from "../../protocol/errors.ts";
import { type AccountText, AddressError, parseAccount } from "../../protocol/number/address.ts";

export interface DeployCommand {
  readonly rpc: string;
  /** Written into the address book, and so given to everybody. */
  readonly publicRpcs: readonly string[];
  readonly out: string;
  readonly name: string | undefined;
  readonly treasury: AccountText | undefined;
  readonly ens: AccountText | undefined;
  readonly minCommitAge: number;
  readonly keystore: string | undefined;
}

export const deployUsage = `npm run chain:deploy -- --rpc URL [options]
  --rpc URL              the chain's server to deploy through
  --public URL           a server that the address book names; may be given several times
  --out FILE             the address book; .output/address-book.json
  --name TEXT            what people call the chain
  --keystore FILE        the deployer's key, encrypted (JSON, version 3); its password is in
                         ETHERLYNK_KEYSTORE_PASSWORD or asked for. Without it the key is in ETHERLYNK_DEPLOYER_KEY
  --treasury ACCOUNT     whom the fees of claims belong to; the deployer
  --ens ACCOUNT          the chain's ENS registry
  --min-commit-age SECS  between commitment and claim of a number; 60`;

/**
 * @throws DeployOptionsError
 */
export function readDeployOptions(args: readonly string[]): DeployCommand {
  // A command line stands in histories and process lists for everybody to read.
  if (args.some(it => /(^|=)(0x)?[0-9a-f]{64}$/i.test(it))) {
    throw new DeployOptionsError(
      "chain.key",
      "This looks like a private key, which must not stand on a command line: consider it known. Use --keystore FILE, or ETHERLYNK_DEPLOYER_KEY.",
    );
  }
  const values = parse(args);
  const { rpc, out, name, keystore } = values;
  if (rpc === undefined || !isUrl(rpc))
    throw fault("--rpc takes the http: or https: address of the chain's server");
  const publicRpcs = values.public ?? [rpc];
  if (!publicRpcs.every(isUrl)) throw fault("--public takes an http: or https: address");
  if (values.public === undefined && mayHoldKey(rpc)) {
    throw fault(
      "the address of --rpc may hold a key of yours, so name with --public which address others shall use",
    );
  }
  return {
    ...{ rpc, publicRpcs, out, name, keystore },
    treasury: toAccount("--treasury", values.treasury),
    ens: toAccount("--ens", values.ens),
    minCommitAge: toAge(values["min-commit-age"]),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      strict: true,
      options: {
        rpc: { type: "string" },
        public: { type: "string", multiple: true },
        out: { type: "string", default: ".output/address-book.json" },
        name: { type: "string" },
        keystore: { type: "string" },
        treasury: { type: "string" },
        ens: { type: "string" },
        "min-commit-age": { type: "string", default: "60" },
      },
    }).values;
  } catch (cause) {
    throw fault(cause instanceof Error ? cause.message : String(cause));
  }
}

function toAccount(option: string, text: string | undefined): AccountText | undefined {
  if (text === undefined) return undefined;
  try {
    return parseAccount(text);
  } catch (error) {
    if (error instanceof AddressError) throw fault(`${option}: ${error.message}`);
    throw error;
  }
}

function toAge(text: string): number {
  const age = Number(text);
  if (Number.isInteger(age) && age >= 1 && age < 86_400) return age;
  throw fault("--min-commit-age is a number of seconds, below a day");
}

function isUrl(text: string): boolean {
  return /^https?:$/.test(URL.parse(text)?.protocol ?? "");
}

function mayHoldKey(rpc: string): boolean {
  const { pathname = "", search = "", username = "" } = URL.parse(rpc) ?? {};
  return pathname.length > 1 || search !== "" || username !== "";
}

function fault(what: string): DeployOptionsError {
  return new DeployOptionsError("chain.options", `${what}.\n${deployUsage}`);
}

export class DeployOptionsError extends EtherlynkError {}
