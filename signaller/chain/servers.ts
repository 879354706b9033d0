import { askChain, type ChainQuestion, ChainRpcError } from "../sip/chain-rpc.ts";
import type { FollowLimits } from "./limits.ts";

/** The servers of one chain: the first that answers is taken. */
export interface Servers {
  /**
   * @throws ChainRpcError where none of them gave an answer
   */
  ask(question: ChainQuestion): Promise<unknown>;
  /** Whoever is asked first may stand still: the next one is asked for a while. */
  doubt(): void;
  readonly counts: { questions: number; failures: number };
}

export interface ServersConfig {
  readonly chainId: number;
  /** In the order they are liked. */
  readonly urls: readonly string[];
  readonly limits: FollowLimits;
  readonly signal: AbortSignal;
}

interface Server {
  readonly url: string;
  /** It has said which chain it is of, and that was the right one. */
  known: boolean;
  restsUntil: number;
}

export function createServers({ chainId, urls, limits, signal }: ServersConfig): Servers {
  const servers: Server[] = urls.map(url => ({ url, known: false, restsUntil: 0 }));
  const counts = { questions: 0, failures: 0 };
  const bounds = { answerMs: limits.answerMs, answerBytes: limits.answerBytes, signal };

  async function askOne(server: Server, question: ChainQuestion): Promise<unknown> {
    counts.questions++;
    try {
      if (!server.known) await checkChain(server);
      return await askChain(server.url, question, bounds);
    } catch (error) {
      if (!(error instanceof ChainRpcError)) throw error;
      counts.failures++;
      server.restsUntil = performance.now() + limits.restMs;
      throw error;
    }
  }

  /** Once: a server of another chain would have the wrong people called. */
  async function checkChain(server: Server): Promise<void> {
    const answer = await askChain(server.url, { method: "eth_chainId", params: [] }, bounds);
    if (typeof answer !== "string" || Number(answer) !== chainId) {
      throw new ChainRpcError(
        "chain.wrong",
        `A server of the address book is not of chain ${chainId}; check its address.`,
      );
    }
    server.known = true;
  }

  function inOrder(): readonly Server[] {
    const now = performance.now();
    const isResting = ({ restsUntil }: Server) => (restsUntil > now ? 1 : 0);
    return servers.toSorted((one, other) => isResting(one) - isResting(other));
  }

  return {
    counts,
    doubt() {
      const [first] = inOrder();
      if (first !== undefined) first.restsUntil = performance.now() + limits.restMs;
    },
    async ask(question) {
      const order = inOrder();
      let last: unknown = new ChainRpcError(
        "chain.servers",
        `The address book names no server of chain ${chainId}.`,
      );
      for (const server of order) {
        try {
          return await askOne(server, question);
        } catch (error) {
          if (!(error instanceof ChainRpcError)) throw error;
          last = error;
        }
      }
      throw last;
    },
  };
}
