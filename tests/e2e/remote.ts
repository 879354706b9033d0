import type { Page } from "puppeteer";

/** An object that lives in a page, called from the test: every answer is a promise, everything said is JSON. */
export type Remote<T> = {
  readonly [K in keyof T]: T[K] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Promise<Awaited<Result>>
    : never;
} & { readonly page: Page };

/** What the page's script put there as `globalThis.part`; `facts` are answered here. */
export function remoteOf<T extends object, Facts extends object = object>(
  page: Page,
  facts: Facts,
): Remote<T> & Readonly<Facts> {
  const known = { ...facts, page };
  const answer = (name: string | symbol) => {
    if (name in known) return Reflect.get(known, name);
    // A promise resolving with this must not take it for a promise.
    if (typeof name === "symbol" || name === "then") return undefined;
    return (...args: unknown[]) =>
      page.evaluate(
        (method, given) => {
          const part: unknown = Reflect.get(globalThis, "part");
          if (typeof part !== "object" || part === null) throw new Error("The page has no part to play");
          const call: unknown = Reflect.get(part, method);
          if (typeof call !== "function") throw new Error(`The page has no ${method}`);
          return Reflect.apply(call, part, given);
        },
        name,
        args,
      );
  };
  return new Proxy({}, { get: (_, name) => answer(name) }) as Remote<T> & Readonly<Facts>;
}
