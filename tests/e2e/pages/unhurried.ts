/** The page's clock as it was before a test quickened it for the client under test: the test's own waits use it. */
export function unhurriedTimeout(call: () => void, waitMs: number): ReturnType<typeof setTimeout> {
  const unhurried: unknown = Reflect.get(globalThis, "unhurried");
  return typeof unhurried === "function" ? unhurried(call, waitMs) : setTimeout(call, waitMs);
}
