import type { ChainEntry } from "../../protocol/chain/address-book.ts";
import { type Chain, ChainError, type Hex } from "./chain.ts";
import { type Facts, toFacts } from "./facts.ts";
import { askGateways } from "./gateway.ts";
import { gatewayLimits } from "./limits.ts";
import { type Answer, decodeAnswer, encodeQuestion, nobody, type Resumed, type Subject } from "./question.ts";

/** A chain of the address book, with its servers. */
export interface KnownChain {
  readonly entry: ChainEntry;
  readonly chain: Chain;
}

export interface LookOptions {
  readonly signal: AbortSignal;
  readonly loopbackGateways: boolean;
}

// A call that no resolver has, for records whose gateway failed: the record is empty, the others stand.
const noCall: Hex = "0xffffffff";

/**
 * Looks at one chain: one round trip; and one more for each gateway of a name that is kept outside of it.
 *
 * Gateways are asked for a name that the user dials, and for nothing else: a stranger who calls, or whose number is
 * dialled, would otherwise choose a server that this phone visits, and learn its address before anybody accepts.
 *
 * @throws ChainError
 */
export async function look(
  { entry, chain }: KnownChain,
  subject: Subject,
  { signal, loopbackGateways: loopback }: LookOptions,
): Promise<Facts> {
  let resumed: Resumed | undefined;
  let failure: ChainError | undefined;
  const gateways = { signal: AbortSignal.any([signal, AbortSignal.timeout(gatewayLimits.allMs)]), loopback };
  for (let round = 0; round <= gatewayLimits.mostRounds; round += 1) {
    const { data, head, witnesses } = await chain.run(encodeQuestion(entry, subject, resumed), signal);
    const answer = decodeAnswer(data);
    if (subject.kind !== "name" || !isWaiting(answer, resumed)) {
      if (failure !== undefined && answer.account === nobody) throw failure;
      return toFacts({ entry, answer, head, witnesses, isOffchain: resumed !== undefined });
    }
    const calls = await Promise.all(
      answer.ens.lookups.map((lookup, slot) => {
        // Answered already, or given up: the same call brings the same again.
        if (lookup === "0x" || resumed?.calls[slot] === noCall) return resumed?.calls[slot] ?? "0x";
        return askGateways(lookup, answer.ens.resolver, gateways).catch((error: unknown) => {
          failure = toFailure(error, gateways.signal, signal);
          return noCall;
        });
      }),
    );
    resumed = { resolver: answer.ens.resolver, calls: [calls[0] ?? noCall, calls[1] ?? noCall] };
  }
  throw new ChainError("chain.gateway", "This name is sent from one server to the next without an end.");
}

function isWaiting({ ens }: Answer, resumed: Resumed | undefined): boolean {
  return ens.lookups.some((lookup, slot) => lookup !== "0x" && resumed?.calls[slot] !== noCall);
}

/** What a gateway's failure means for the name; the caller's own end goes on as it is. */
function toFailure(error: unknown, all: AbortSignal, caller: AbortSignal): ChainError {
  caller.throwIfAborted();
  if (error instanceof ChainError) return error;
  if (!all.aborted) throw error;
  return new ChainError(
    "chain.gateway-slow",
    "This name is kept outside the chain, and the server that keeps it takes too long. Try again later.",
    { cause: error },
  );
}
