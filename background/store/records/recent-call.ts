import type { CallDirection } from "../../../protocol/call/call.ts";
import { type EndReason, isEndReason } from "../../../protocol/call/end-reason.ts";
import { type CallId, isCallId } from "../../../protocol/ids.ts";
import { type Context, isContext } from "../../../protocol/words/context.ts";
import type { LogDefinition } from "../log/log-definition.ts";
import { isStored, isTime } from "./stored.ts";

/** One line of the user's call log. Times in milliseconds since 1970. */
export interface RecentCall {
  readonly id: CallId;
  readonly direction: CallDirection;
  /** As it was dialled or claimed. */
  readonly address: string;
  /** The party in its one written form; an account where it was proven. */
  readonly peer: string;
  /** What the chain called them at that time. Older entries have none, and neither has whom no chain knows. */
  readonly title?: string;
  readonly proof: "none" | "proven" | "waived";
  readonly reason: EndReason;
  readonly talked: boolean;
  readonly began: number;
  readonly connected: number | undefined;
  readonly ended: number | undefined;
  readonly context: Context | undefined;
  /** Whether somebody has seen that it was missed. */
  readonly seen: boolean;
}

const personal = { persisted: true, logged: false, shown: true };
const plain = { persisted: true, logged: true, shown: true };

export const recentCalls: LogDefinition<RecentCall> = {
  name: "recents",
  shape: 1,
  read: stored => (isRecentCall(stored) ? stored : undefined),
  fields: {
    id: { persisted: true, logged: true, shown: false },
    direction: plain,
    address: personal,
    peer: personal,
    title: personal,
    proof: plain,
    reason: plain,
    talked: plain,
    began: plain,
    connected: plain,
    ended: plain,
    context: personal,
    seen: plain,
  },
  at: ({ began }) => began,
  people: ({ address, peer }) => (address === peer ? [peer] : [address, peer]),
  texts: ({ address, peer, title, context }) => [
    ...[address, peer],
    ...(title === undefined ? [] : [title]),
    ...(context ? textsOf(context) : []),
  ],
};

/** What people remember of a transaction. */
function textsOf({ title, order, transaction, contract, amount, origin }: Context): string[] {
  return [title, order, transaction, contract, amount, origin].filter(text => text !== undefined);
}

function isRecentCall(stored: unknown): stored is RecentCall {
  if (!isStored(stored)) return false;
  const { id, direction, address, peer, title, proof, reason, talked, began } = stored;
  const { connected, ended, context, seen } = stored;
  return (
    isCallId(id) &&
    (direction === "incoming" || direction === "outgoing") &&
    typeof address === "string" &&
    typeof peer === "string" &&
    (title === undefined || typeof title === "string") &&
    (proof === "none" || proof === "proven" || proof === "waived") &&
    isEndReason(reason) &&
    typeof talked === "boolean" &&
    typeof began === "number" &&
    isTime(connected) &&
    isTime(ended) &&
    (context === undefined || isContext(context)) &&
    typeof seen === "boolean"
  );
}
