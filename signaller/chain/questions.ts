import { ChainRpcError } from "../sip/chain-rpc.ts";

/** Questions that are under way: who asks the same gets the same answer, and there is an end to them. */
export interface Questions {
  /** @throws ChainRpcError (as a rejection) where too many are under way */
  ask<T>(key: string, run: () => Promise<T>): Promise<T>;
}

export function createQuestions(most: number): Questions {
  const underWay = new Map<string, Promise<unknown>>();
  return {
    ask<T>(key: string, run: () => Promise<T>): Promise<T> {
      const known = underWay.get(key);
      if (known !== undefined) return known as Promise<T>;
      if (underWay.size >= most) {
        return Promise.reject(
          new ChainRpcError(
            "chain.busy",
            "This node asks the chain too much just now. Try again in a moment.",
          ),
        );
      }
      const answer = run().finally(() => underWay.delete(key));
      underWay.set(key, answer);
      return answer;
    },
  };
}
