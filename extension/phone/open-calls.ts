import { createTurns } from "../../background/base/turns.ts";
import type { PhoneKit } from "../../background/phone/kit.ts";
import type { CallRecord } from "../../background/phone/ports.ts";
import { type RecentCall, recentCalls } from "../../background/store/records/recent-call.ts";
import type { Store } from "../../background/store/store.ts";
import { isOver } from "../../protocol/call/call.ts";
import type { LoggedCall } from "../features/recents/model.ts";
import type { Recents } from "../features/recents/phone.ts";
import { chainTitleOf } from "./call-view.ts";
import { isShown } from "./call-windows.ts";

export interface OpenCallsOptions {
  readonly kit: Pick<PhoneKit, "calls">;
  readonly store: Pick<Store, "pending" | "recents">;
  readonly log: Recents;
  readonly failed: (name: string, error: unknown) => void;
  readonly signal: AbortSignal;
}

const kind = "calls.open";

/**
 * No call is missing from the log, however the phone ended: what is on is noted while it is on, and what a phone that
 * is gone has left open is written by the next one.
 */
export function noteOpenCalls({ kit, store, log, failed, signal }: OpenCallsOptions): void {
  const inTurn = createTurns();
  /** What of each call was noted last: most of its changes say nothing new. */
  const noted = new Map<string, string>();
  const later = (work: () => Promise<unknown>) => {
    inTurn(work).catch((error: unknown) => signal.aborted || failed("calls.open", error));
  };
  later(() => closeLeft(store, log));
  kit.calls.watch(record => {
    const { id, call } = record;
    if (isOver(call.state)) {
      if (noted.delete(id)) later(() => store.pending.remove(id));
      return;
    }
    if (!isShown(record)) return;
    const entry = toOpenEntry(record);
    const text = JSON.stringify(entry);
    if (noted.get(id) === text) return;
    noted.set(id, text);
    later(() => store.pending.put(id, { kind, due: record.began, tries: 0, body: entry }));
  }, signal);
}

async function closeLeft({ pending, recents }: OpenCallsOptions["store"], log: Recents): Promise<void> {
  const { entries } = await pending.find("kind", kind);
  if (entries.length === 0) return;
  // The phone may have ended between the log and its note.
  const written = new Set((await recents.page({ limit: 50 })).entries.map(({ value }) => value.id));
  for (const { id, value } of entries) {
    const left = recentCalls.read({ ...toFields(value.body), seen: false }, recentCalls.shape);
    if (left !== undefined && !written.has(left.id)) await log.write(toEntry(left));
    await pending.remove(id);
  }
}

/** As it would be told if the phone were gone in the next moment. */
function toOpenEntry(record: CallRecord): LoggedCall {
  const { id, address, context, began, connected, call } = record;
  const { direction, peer, proof } = call;
  const talked = connected !== undefined;
  const reason = direction === "incoming" && !talked ? "cancelled" : "network-lost";
  const facts = { id, address, context, began, connected, ended: undefined, direction, peer, proof };
  return { ...facts, title: chainTitleOf(record), reason, talked };
}

function toEntry({ seen: _, ...entry }: RecentCall): LoggedCall {
  return entry;
}

function toFields(body: unknown): object {
  return typeof body === "object" && body !== null ? body : {};
}
