import type { CallRecord } from "../../background/phone/ports.ts";
import type { Notice } from "../../background/worker/worker-contract.ts";
import { isOver } from "../../protocol/call/call.ts";
import type { CallId } from "../../protocol/ids.ts";
import type { CallWindowsOptions } from "./call-windows.ts";

/** One notice a call, while it rings. */
export function startCallNotices(
  { bus, kit, titleOf, failed, signal }: CallWindowsOptions,
  show: (call: CallId) => Promise<void>,
): void {
  const notices = new Set<CallId>();
  const caught = (work: Promise<unknown>) => void work.catch((error: unknown) => failed("notice", error));
  kit.calls.watch(record => {
    const { id } = record;
    if (isRinging(record) === notices.has(id)) return;
    if (notices.delete(id)) return caught(bus.ask("worker.notice.clear", { id }));
    notices.add(id);
    caught(bus.ask("worker.notice.show", toRingingNotice(record, titleOf)));
  }, signal);
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
}

export function toRingingNotice(record: CallRecord, titleOf: (record: CallRecord) => string): Notice {
  return { id: record.id, title: titleOf(record), message: messageOf(record), isRinging: true };
}

export function isRinging({ call }: CallRecord): boolean {
  return call.state.kind === "ringing-in" || call.state.kind === "early-in";
}

/** What the caller signed about the business, told as the caller's words. */
function messageOf({ context, call }: CallRecord): string {
  const who = call.proof === "proven" ? "Calls you" : "Calls you. Not proved who this is";
  const what = context?.order ?? context?.transaction?.slice(0, 10);
  return what === undefined ? `${who}.` : `${who}, about ${what} on ${new URL(context?.origin ?? "").host}.`;
}
