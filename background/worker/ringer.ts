import type { Bus } from "../bus/bus.ts";
import type { PhoneHost } from "./phone-host.ts";
import type { Notice, NoticeChoice } from "./worker-contract.ts";

export interface WorkerParts {
  readonly api: typeof chrome;
  readonly bus: Bus;
  readonly host: PhoneHost;
  /** Firefox refuses a notice that has buttons. */
  readonly hasNoticeButtons: boolean;
  readonly failed: (what: string, error: unknown) => void;
  readonly signal: AbortSignal;
}

const choices: readonly NoticeChoice[] = ["answer", "decline"];

/** Notices and badge: the phone says what, the worker shows it and tells what was clicked. */
export function startRinger(parts: WorkerParts): void {
  const { api, bus, signal } = parts;
  api.notifications.onClicked.addListener(id => clicked(parts, id, "open"));
  api.notifications.onButtonClicked.addListener((id, button) =>
    clicked(parts, id, choices[button] ?? "open"),
  );
  bus.answer("worker.notice.show", notice => show(parts, notice), signal);
  bus.answer(
    "worker.notice.clear",
    async ({ id }) => {
      await api.notifications.clear(id);
      return null;
    },
    signal,
  );
  bus.answer("worker.badge.show", ({ text }) => showBadge(api, text), signal);
}

/** The click may be what woke the worker, and the phone may have to be woken for it. */
function clicked({ api, bus, host, failed }: WorkerParts, id: string, choice: NoticeChoice): void {
  host
    .ensure()
    .then(() => bus.tell("worker.notice.clicked", { id, choice }))
    .then(() => api.notifications.clear(id))
    .catch((error: unknown) => failed("notice", error));
}

async function show({ api, hasNoticeButtons }: WorkerParts, notice: Notice): Promise<null> {
  const buttons = [{ title: "Answer" }, { title: "Decline" }];
  const ringing =
    notice.isRinging && hasNoticeButtons ? { buttons, requireInteraction: true, priority: 2 } : {};
  await api.notifications.create(notice.id, {
    type: "basic",
    iconUrl: api.runtime.getURL("icon/128.png"),
    title: notice.title,
    message: notice.message,
    ...ringing,
  });
  return null;
}

async function showBadge(api: typeof chrome, text: string): Promise<null> {
  await api.action.setBadgeBackgroundColor({ color: "#9a3324" });
  await api.action.setBadgeText({ text });
  return null;
}
