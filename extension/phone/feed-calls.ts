import type { CallView } from "../../background/bus/phone-contract.ts";
import type { PhoneKit } from "../../background/phone/kit.ts";
import type { CallRecord } from "../../background/phone/ports.ts";
import { toCallView, toLineView } from "./call-view.ts";
import { isShown } from "./call-windows.ts";
import type { SnapshotFeed } from "./snapshot-feed.ts";

export interface CallFeed {
  readonly kit: PhoneKit;
  readonly feed: SnapshotFeed;
  titleOf(address: string): string | undefined;
  readonly signal: AbortSignal;
}

/** Between the answer and the first word nobody reads, and every millisecond of the machine is somebody's wait. */
const whileConnectingMs = 120;

/** Line and calls as panels mirror them: a change a turn, however many happened within it. */
export function feedCalls({ kit, feed, titleOf, signal }: CallFeed): void {
  let isDue = false;
  const tell = () => {
    isDue = false;
    if (signal.aborted) return;
    const shown = kit.calls.list().filter(isShown);
    const calls = shown.map((record): CallView => toCallView(record, { contact: titleOf(record.call.peer) }));
    const line = toLineView(kit.line.get());
    const now = feed.now();
    const change = { ...(!isSame(calls, now.calls) && { calls }), ...(!isSame(line, now.line) && { line }) };
    if (Object.keys(change).length > 0) feed.change(change);
  };
  const soon = () => {
    if (isDue) return;
    isDue = true;
    // Drawing would else come before the wire and the connection, and take of their time.
    setTimeout(tell, kit.calls.list().some(isConnecting) ? whileConnectingMs : 0);
  };
  kit.calls.watch(soon, signal);
  kit.line.watch(soon, signal);
  feed.watch(["contacts"], soon, signal);
  signal.addEventListener("abort", () => feed.change({ calls: [], line: { state: "signed-out" } }), {
    once: true,
  });
  soon();
}

/** Both are plain, and made by the same code: they are alike in the order of their fields too. */
function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function isConnecting({ call: { state } }: CallRecord): boolean {
  if (state.kind === "connecting-in" || state.kind === "connecting-out") return true;
  return state.kind === "active" && state.talk.media === "opening";
}
