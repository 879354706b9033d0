import { describe, expect, it } from "vitest";
import { createSharedAsks } from "./shared-asks.ts";

const forEver = new AbortController().signal;

/** Counts how often it is really asked; each is answered by hand. */
function stage() {
  const asks = createSharedAsks<string>();
  const runs: (PromiseWithResolvers<string> & { readonly signal: AbortSignal })[] = [];
  const ask = (key: string, { signal = forEver, isAnew = false } = {}) =>
    asks.ask(key, {
      signal,
      isAnew,
      run(life) {
        const run = { ...Promise.withResolvers<string>(), signal: life };
        runs.push(run);
        return run.promise;
      },
    });
  return { ask, runs };
}

describe("questions that are asked at once", () => {
  it("are one question while it is under way, and another one after it", async () => {
    const { ask, runs } = stage();
    const both = [ask("a"), ask("a"), ask("b")];
    expect(runs).toHaveLength(2);
    runs[0]?.resolve("first");
    runs[1]?.resolve("other");
    expect(await Promise.all(both)).toEqual(["first", "first", "other"]);
    void ask("a");
    expect(runs).toHaveLength(3);
  });

  it("fail together, and the next one is asked again", async () => {
    const { ask, runs } = stage();
    const both = [ask("a"), ask("a")].map(it => it.catch((error: Error) => error.message));
    runs[0]?.reject(new Error("silent"));
    expect(await Promise.all(both)).toEqual(["silent", "silent"]);
    void ask("a");
    expect(runs).toHaveLength(2);
  });

  it("anew do not take what began before them, and later ones take theirs", async () => {
    const { ask, runs } = stage();
    const [old, anew, later] = [ask("a"), ask("a", { isAnew: true }), ask("a")];
    runs[1]?.resolve("new");
    runs[0]?.resolve("old");
    expect(await Promise.all([old, anew, later])).toEqual(["old", "new", "new"]);
    expect(runs).toHaveLength(2);
  });

  it("of whom one leaves are answered to the others; the last one to leave ends it", async () => {
    const { ask, runs } = stage();
    const [leaver, stayer] = [new AbortController(), new AbortController()];
    const left = ask("a", { signal: leaver.signal });
    const stays = ask("a", { signal: stayer.signal });
    leaver.abort(new Error("left"));
    await expect(left).rejects.toThrow("left");
    expect(runs[0]?.signal.aborted).toBe(false);
    stayer.abort(new Error("left too"));
    await expect(stays).rejects.toThrow("left too");
    expect(runs[0]?.signal.aborted).toBe(true);
    void ask("a");
    expect(runs).toHaveLength(2);
  });
});
