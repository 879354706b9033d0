import type { DBCore, DBCoreMutateRequest } from "dexie";
import type { Database } from "./database.ts";

/** Ends a transaction in the midst of its work, as a browser that is killed does. */
export interface Faults {
  /** The `nth` write from now ends its transaction, before or after it was done; none with 0. */
  arm(nth: number, when: "before" | "after"): void;
  /** Whether it has come to that. */
  readonly struck: boolean;
}

export async function withFaults(db: Database): Promise<Faults> {
  let left = 0;
  let when: "before" | "after" = "before";
  let struck = false;
  const strike = (request: DBCoreMutateRequest) => {
    struck = true;
    request.trans.abort();
  };
  const create = (core: DBCore): DBCore => ({
    ...core,
    table(name) {
      const table = core.table(name);
      return {
        ...table,
        async mutate(request) {
          const isIt = left > 0 && --left === 0;
          if (isIt && when === "before") strike(request);
          const result = await table.mutate(request);
          if (isIt && when === "after") strike(request);
          return result;
        },
      };
    },
  });
  db.close();
  db.use({ stack: "dbcore", name: "faults", create });
  await db.open();
  return {
    arm(nth, then) {
      left = nth;
      when = then;
      struck = false;
    },
    get struck() {
      return struck;
    },
  };
}
