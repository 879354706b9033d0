import { createTurns } from "../base/turns.ts";
import { startRelay } from "./relay.ts";
import { startRinger, type WorkerParts } from "./ringer.ts";
import { enterOpenPages, syncSiteScripts } from "./site-scripts.ts";
import { startWindows } from "./windows.ts";

const alarm = "phone";

/**
 * The worker opens doors and owns nothing: it may die at any moment. Every listener is there before the first turn
 * ends, for the event that woke it is given to nobody who comes later.
 */
export function startWorker(parts: WorkerParts): void {
  const { api, bus, host, failed, signal } = parts;
  const wake = (why: string) => host.ensure().catch((error: unknown) => failed(why, error));
  const sync = createSync(parts);

  api.runtime.onInstalled.addListener(({ reason }) => {
    // Scripts that were registered are gone after an update.
    void sync();
    if (reason === "install") void api.tabs.create({ url: api.runtime.getURL("welcome.html") });
  });
  api.runtime.onStartup.addListener(() => void wake("startup"));
  // A listener's being there makes the browser wait with the update until it is applied, or until it restarts.
  api.runtime.onUpdateAvailable.addListener(({ version }) => {
    void wake("update").then(() => bus.tell("worker.update.waiting", { version }));
  });
  api.alarms.onAlarm.addListener(() => void wake("alarm"));
  api.permissions.onAdded.addListener(({ origins = [] }) => {
    void sync()
      .then(() => enterOpenPages(api, origins))
      .catch((error: unknown) => failed("open pages", error));
  });
  api.permissions.onRemoved.addListener(() => void sync());
  for (const name of ["worker.phone.wake", "mark.phone.wake"] as const) {
    bus.answer(name, () => host.ensure().then(() => null), signal);
  }
  bus.answer("worker.update.apply", () => reload(api), signal);
  startRinger(parts);
  startWindows(parts);
  startRelay(parts);

  // An alarm does not outlive every restart of the browser; made again it only starts anew.
  void api.alarms.create(alarm, { periodInMinutes: 1 });
  void wake("start");
}

function reload(api: typeof chrome): null {
  api.runtime.reload();
  return null;
}

/** One after the other: two at once would both register. */
function createSync({ api, failed }: WorkerParts): () => Promise<void> {
  const inTurn = createTurns();
  return () => inTurn(() => syncSiteScripts(api)).catch((error: unknown) => failed("site scripts", error));
}
