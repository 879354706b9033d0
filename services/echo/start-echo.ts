import { readFile } from "node:fs/promises";
import { EtherlynkError } from "../../protocol/errors.ts";
import type { AccountText } from "../../protocol/number/address.ts";
import { AnsweringMachine, type MachineLimits } from "../kit/answering-machine.ts";
import type { IceServer } from "../kit/call-media.ts";
import { type MachineKeys, openMachineKeys } from "../kit/machine-keys.ts";
import { createMediaCertificate } from "../kit/media-certificate.ts";
import type { Log } from "../kit/service-log.ts";
import { createEcho } from "./echo-behaviour.ts";
import { readOggOpus } from "./read-ogg-opus.ts";

export interface EchoOptions {
  readonly domain: string;
  /** Of the domain's nodes, `wss://node.example:9000/`. */
  readonly urls: readonly string[];
  /** Its keys, or the file they stand in or are made in; without both they are made for this run. */
  readonly keys?: MachineKeys;
  readonly keyFile?: string | undefined;
  /** The chain that the node admits accounts of (1). */
  readonly chainId?: number;
  /** The user to register instead of the account: only an open node has it. */
  readonly user?: string | undefined;
  readonly iceServers?: readonly IceServer[];
  readonly limits?: Partial<MachineLimits>;
  readonly log: Log;
  readonly signal: AbortSignal;
}

export const echoLimits: MachineLimits = {
  /** Measured: 1 % of one processor for a call, 2 % with a picture of 100 KB/s; 3 MB, and 10 MB. */
  mostCalls: 8,
  /** To try microphone and camera takes less; a forgotten call must not hold a place for ever. */
  longestMs: 300_000,
  /** Longer than a phone tries to come back from a lost network (64·T1, RFC 3261 §17.1.1.2). */
  mediaMs: 40_000,
};

/**
 * Answers every call to its account by an echo, until the signal aborts. Resolves when it is registered; then it
 * comes back by itself whatever becomes of the node.
 *
 * @throws MachineKeyError, or EchoError where the node does not admit it
 */
export async function startEcho(options: EchoOptions): Promise<{ readonly account: AccountText }> {
  const { keys = await openMachineKeys(options.keyFile), log, signal } = options;
  const sentence = readOggOpus(await readFile(new URL("greeting.opus", import.meta.url)));
  const certificate = await createMediaCertificate();
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const machine = new AnsweringMachine({
      ...options,
      chainId: options.chainId ?? 1,
      iceServers: options.iceServers ?? [],
      limits: { ...echoLimits, ...options.limits },
      keys,
      certificate,
      behave: media => createEcho(media, sentence),
      registered: () => {
        log("info", "line.registered");
        resolve({ account: keys.account });
      },
      refused: sentence => {
        log("error", "line.refused", { sentence });
        reject(new EchoError(`The node does not admit the echo: ${sentence}`));
      },
    });
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    machine.start();
  });
}

class EchoError extends EtherlynkError {
  constructor(sentence: string) {
    super("service.refused", sentence);
  }
}
