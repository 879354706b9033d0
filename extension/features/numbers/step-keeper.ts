import { createTurns } from "../../../background/base/turns.ts";
import type { Pending } from "../../../background/store/records/pending.ts";
import type { SealedTable } from "../../../background/store/sealed-table.ts";
import { NumbersError } from "./places.ts";
import { readStep, type Step } from "./step.ts";

/** The steps that are under way or were, sealed in the store, so that they outlive the browser. */
export interface StepKeeper {
  /** The oldest first. */
  list(): readonly Step[];
  find(id: string): Step | undefined;
  put(step: Step): Promise<void>;
  /** Changes what is there by then; nothing where it was forgotten meanwhile. */
  change(id: string, change: (step: Step) => Step): Promise<void>;
  remove(id: string): Promise<void>;
}

export interface KeeperParts {
  readonly table: Pick<SealedTable<Pending, "kind">, "find" | "put" | "remove">;
  readonly changed: () => void;
  readonly failed: (name: string, error: unknown) => void;
}

const kind = "numbers.step";
/** More are none that a person has on mind. */
const mostSteps = 200;

export async function createStepKeeper({ table, changed, failed }: KeeperParts): Promise<StepKeeper> {
  const inTurn = createTurns();
  const steps = new Map<string, Step>();
  const { entries, damage } = await table.find("kind", kind);
  for (const error of damage) failed("numbers.damage", error);
  for (const { value } of entries.toSorted((a, b) => a.value.due - b.value.due)) {
    const step = readStep(value.body);
    // Whoever waited for the wallet went down with the browser.
    if (step) steps.set(step.id, step.asking === undefined ? step : { ...step, asking: "unsure" });
  }
  const write = async (step: Step) => {
    // First what the browser may die after: what is shown is stored.
    await table.put(toKey(step.id), { kind, due: step.at, tries: 0, body: step });
    steps.set(step.id, step);
    changed();
  };
  return {
    list: () => [...steps.values()],
    find: id => steps.get(id),
    put: step =>
      inTurn(async () => {
        if (steps.size >= mostSteps && !steps.has(step.id)) {
          throw new NumbersError(
            "numbers.full",
            "Too much stands in the list. Take what is over off it first.",
          );
        }
        await write(step);
      }),
    change: (id, change) =>
      inTurn(async () => {
        const step = steps.get(id);
        const next = step && change(step);
        if (next && next !== step) await write(next);
      }),
    remove: id =>
      inTurn(async () => {
        await table.remove(toKey(id));
        if (steps.delete(id)) changed();
      }),
  };
}

function toKey(id: string): string {
  return `${kind}.${id}`;
}
