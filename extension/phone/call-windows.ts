import type { Bus } from "../../background/bus/bus.ts";
import type { PhoneKit } from "../../background/phone/kit.ts";
import type { CallRecord } from "../../background/phone/ports.ts";
import { isOver } from "../../protocol/call/call.ts";
import type { CallId } from "../../protocol/ids.ts";

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

/** One window and, while it rings, one notice a call. The worker opens them; what they belong to is known here. */
export function startCallWindows(options: CallWindowsOptions): CallWindows {
  const { bus, kit, failed, signal } = options;
  const windows = new Map<CallId, Promise<number>>();
  const notices = new Set<CallId>();
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
  const announce = (record: CallRecord) => {
    const { id } = record;
    if (isRinging(record) === notices.has(id)) return;
    if (notices.delete(id)) return caught(bus.ask("worker.notice.clear", { id }));
    notices.add(id);
    const title = options.titleOf(record);
    caught(bus.ask("worker.notice.show", { id, title, message: messageOf(record), isRinging: true }));
  };
  kit.calls.watch(record => {
    if (isShown(record) && !isOver(record.call.state) && !windows.has(record.id)) caught(open(record.id));
    announce(record);
    // Its number is of no use any more; the window itself says how the call ended, and stays while it is read.
    if (record.call.state.kind === "ended") windows.delete(record.id);
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
  bus.listen(
    "worker.notice.clicked",
    ({ id, choice }) => {
      const record = kit.calls.list().find(each => each.id === id);
      if (record === undefined || isOver(record.call.state)) return;
      if (choice === "decline") return kit.tell(record.id, "decline");
      if (choice === "answer") kit.accept(record.id);
      caught(show(record.id));
    },
    signal,
  );
  return { show, gone };
}

/** Calls that are being looked at are nobody's concern yet, and may never ring. */
export function isShown({ call }: CallRecord): boolean {
  const { kind } = call.state;
  if (call.direction === "outgoing") return kind !== "new";
  return kind !== "new" && kind !== "screening";
}

function isRinging({ call }: CallRecord): boolean {
  return call.state.kind === "ringing-in" || call.state.kind === "early-in";
}

/** What the caller signed about the business, told as the caller's words. */
function messageOf({ context, call }: CallRecord): string {
  const who = call.proof === "proven" ? "Calls you" : "Calls you. Not proved who this is";
  const what = context?.order ?? context?.transaction?.slice(0, 10);
  return what === undefined ? `${who}.` : `${who}, about ${what} on ${new URL(context?.origin ?? "").host}.`;
}
