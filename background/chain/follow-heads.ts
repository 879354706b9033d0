import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { ChainError } from "./chain.ts";
import { cacheLimits } from "./limits.ts";
import type { KnownChain } from "./look.ts";
import type { Resolver } from "./resolver.ts";

export interface FollowOptions {
  readonly chains: readonly KnownChain[];
  readonly resolver: Resolver;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether somebody looks at an answer or waits for one: a card on the screen, a call that rings. */
  readonly isWatching: () => boolean;
  /** A new block: what is on the screen may be true no longer. */
  readonly changed: (chainId: number) => void;
  readonly signal: AbortSignal;
}

/**
 * Watches for new blocks while somebody looks, so that an owner who has changed is noticed, and one who has not is
 * known without asking. A phone that nobody looks at asks nothing.
 */
export function followHeads(options: FollowOptions): void {
  for (const known of options.chains) void follow(known, options);
}

// Twice in the time an answer is good for: one question that fails does not make everything unknown.
const everyMs = cacheLimits.headMs / 2;

async function follow({ chain }: KnownChain, options: FollowOptions): Promise<void> {
  const { resolver, clock, log, isWatching, changed, signal } = options;
  while (!signal.aborted) {
    try {
      if (isWatching()) {
        const head = await chain.head(signal);
        if (resolver.noteHead(chain.chainId, head)) changed(chain.chainId);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ChainError)) throw error;
      log.debug("chain.head.unknown", { why: error.code });
    }
    await clock.wait(everyMs, signal).catch(() => undefined);
  }
}
