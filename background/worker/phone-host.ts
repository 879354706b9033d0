import { reviveTabs } from "./revive-tabs.ts";

/** Where the phone lives, and how it is brought to life. */
export interface PhoneHost {
  /** Resolves when the phone is there and listens. */
  ensure(): Promise<void>;
}

const page = "offscreen.html";

/**
 * Chrome: an offscreen document. The reasons are those it may live by without end: a document that merely plays
 * sound is closed after half a minute of silence. There can be one only, and it outlives the worker.
 */
export function createOffscreenHost(api: typeof chrome): PhoneHost {
  let opening: Promise<void> | undefined;
  return {
    ensure() {
      opening ??= open(api).finally(() => {
        opening = undefined;
      });
      return opening;
    },
  };
}

/**
 * Firefox: the background page itself, where the phone runs beside the worker. Such a page sleeps after half a
 * minute even with a busy socket; a call of the extension API within that time keeps it awake.
 */
export function createPageHost(api: typeof chrome, signal: AbortSignal): PhoneHost {
  const timer = setInterval(() => void api.runtime.getPlatformInfo(), stayAwakeMs);
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
  return { ensure: () => Promise.resolve() };
}

const stayAwakeMs = 10_000;

async function open(api: typeof chrome): Promise<void> {
  if (await isOpen(api)) return;
  try {
    await api.offscreen.createDocument({
      url: page,
      reasons: ["WEB_RTC", "USER_MEDIA"],
      justification: "Keeps the telephone line and its calls while no window is open.",
    });
  } catch (error) {
    // A worker that died while it was opening has left one behind; two at once are refused.
    if (!(await isOpen(api))) throw error;
  }
  await reviveTabs(api);
}

async function isOpen(api: typeof chrome): Promise<boolean> {
  const contexts = await api.runtime.getContexts({ contextTypes: ["OFFSCREEN_DOCUMENT"] });
  return contexts.length > 0;
}
