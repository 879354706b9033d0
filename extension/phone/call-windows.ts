import type { Bus } from "../../background/bus/bus.ts";
import type { PhoneKit } from "../../background/phone/kit.ts";
import type { CallRecord } from "../../background/phone/ports.ts";
import { isOver } from "../../protocol/call/call.ts";
import type { CallId } from "../../protocol/ids.ts";
import { isRinging, startCallNotices } from "./call-notices.ts";

export interface CallWindowsOptions {
  readonly bus: Bus;
  readonly kit: PhoneKit;
  titleOf(record: CallRecord): string;
  readonly failed: (name: string, error: unknown) => void;
  readonly signal: AbortSignal;
}

export interface CallWindows {
  /** To the front; opened anew where it was closed. */
  show(call: CallId): Promise<void>;
  /** The window of a call went: a hang-up, and while it rings a refusal. */
  gone(call: CallId): void;
}

/** `soon`: once the wire has taken what the call says with it; `late`: however long the wire takes. */
const patienceMs = { soon: 12, late: 150 } as const;

/** One window and, while it rings, one notice a call. The worker opens them; what they belong to is known here. */
export function startCallWindows(options: CallWindowsOptions): CallWindows {
  const { bus, kit, failed, signal } = options;
  const windows = new Map<CallId, Promise<number>>();
  const due = new Map<CallId, "soon" | "late">();
  const caught = (work: Promise<unknown>) => void work.catch((error: unknown) => failed("window", error));

  const open = (call: CallId) => {
    const opening = bus.ask("worker.window.open", { page: "call", call }).then(({ window }) => window);
    windows.set(call, opening);
    opening.catch(() => windows.delete(call));
    return opening;
  };
  const show = async (call: CallId) => {
    const window = await (windows.get(call) ?? open(call));
    const { focused } = await bus.ask("worker.window.focus", { window });
    if (!focused) await open(call);
  };
  const gone = (call: CallId) => {
    windows.delete(call);
    const record = kit.calls.list().find(({ id }) => id === call);
    if (record !== undefined && !isOver(record.call.state))
      kit.tell(call, isRinging(record) ? "decline" : "hang-up");
  };
  /** A window takes the machine a tenth of a second, which the wire may have first: so it rings sooner. */
  const openSoon = (record: CallRecord) => {
    const { id } = record;
    if (!isShown(record) || isOver(record.call.state) || windows.has(id)) return;
    const when = isAlerting(record) ? "soon" : "late";
    if (due.get(id) === when || due.get(id) === "soon") return;
    due.set(id, when);
    setTimeout(() => {
      due.delete(id);
      const now = kit.calls.list().find(each => each.id === id);
      if (now !== undefined && !signal.aborted && !windows.has(id) && !isForgotten(now)) caught(open(id));
    }, patienceMs[when]);
  };
  /** The windows of calls that the phone has forgotten are only read. */
  const forget = () => {
    const known = new Set(kit.calls.list().map(({ id }) => id));
    for (const id of windows.keys()) if (!known.has(id)) windows.delete(id);
  };
  kit.calls.watch(record => {
    openSoon(record);
    forget();
  }, signal);
  bus.listen(
    "worker.window.closed",
    async ({ window }) => {
      for (const [call, number] of windows) {
        if ((await number.catch(() => undefined)) === window) gone(call);
      }
    },
    signal,
  );
  startCallNotices(options, show);
  return { show, gone };
}

/** Calls that are being looked at are nobody's concern yet, and may never ring. */
export function isShown({ call }: CallRecord): boolean {
  const { kind } = call.state;
  if (call.direction === "outgoing") return kind !== "new";
  return kind !== "new" && kind !== "screening";
}

/** It rings, here or there, or is past that. */
function isAlerting({ call: { state } }: CallRecord): boolean {
  switch (state.kind) {
    case "ringing-in":
    case "early-in":
      return state.alerting;
    case "new":
    case "resolving":
    case "inviting":
    case "early-out":
    case "yielding":
    case "screening":
      return false;
    default:
      return true;
  }
}

/** A call of ours that failed at once still says why, in its window; one of theirs that ended never rang. */
function isForgotten({ call }: CallRecord): boolean {
  return call.direction === "incoming" && isOver(call.state);
}
