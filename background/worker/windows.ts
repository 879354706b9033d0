import type { WorkerParts } from "./ringer.ts";
import type { WindowWish } from "./worker-contract.ts";

const callWindow = { type: "popup", focused: true, width: 420, height: 680 } as const;

/** Windows are the phone's to wish for and to remember; a closed one is told, for it may be a hang-up. */
export function startWindows({ api, bus, host, failed, signal }: WorkerParts): void {
  api.windows.onRemoved.addListener(window => {
    host
      .ensure()
      .then(() => bus.tell("worker.window.closed", { window }))
      .catch((error: unknown) => failed("window", error));
  });
  bus.answer("worker.window.open", wish => open(api, wish), signal);
  bus.answer("worker.window.focus", async ({ window }) => ({ focused: await focus(api, window) }), signal);
}

async function open(api: typeof chrome, wish: WindowWish): Promise<{ readonly window: number }> {
  if (wish.page !== "call") {
    const tab = await api.tabs.create({ url: api.runtime.getURL(`${wish.page}.html`) });
    return { window: tab.windowId };
  }
  const url = api.runtime.getURL(`call.html?call=${encodeURIComponent(wish.call)}`);
  const window = await api.windows.create({ ...callWindow, url });
  if (window?.id === undefined) throw new Error("The browser opened a window without an id");
  return { window: window.id };
}

async function focus(api: typeof chrome, window: number): Promise<boolean> {
  const all = await api.windows.getAll();
  if (!all.some(({ id }) => id === window)) return false;
  await api.windows.update(window, { focused: true, drawAttention: true });
  return true;
}
