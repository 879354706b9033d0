import { type Call, isOver } from "../../protocol/call/call.ts";
import type { CallEvent } from "../../protocol/call/call-event.ts";
import type { EndReason } from "../../protocol/call/end-reason.ts";
import { settleGlare } from "../../protocol/call/glare.ts";
import type { Clock } from "../base/clock.ts";
import { callClaimsOf } from "../identity/verify-identity.ts";
import type { CallRun } from "./call-run.ts";
import type { PhonePorts } from "./ports.ts";

export interface Screening {
  readonly run: CallRun;
  /** All calls of this phone, this one included. */
  readonly all: readonly CallRun[];
  readonly clock: Clock;
  readonly ports: PhonePorts;
}

/** A decision; `undefined`: the next screen decides. */
type Screen = (screening: Screening) => Promise<CallEvent | undefined>;

/**
 * What an INVITE passes, its identity being proven or waived, in this order:
 *
 * 1. replay: the same words again do not ring, whatever else holds;
 * 2. glare: who is being called by us needs no permission to call us;
 * 3. guests: foreign clients, where the user does not want them;
 * 4. block: the user's list;
 * 5. rest: do not disturb;
 * 6. busy: more calls at once than the user takes.
 */
const screens: readonly Screen[] = [replay, glare, guests, block, rest, busy];

/** Whether this phone rings, and how. */
export async function screen(screening: Screening): Promise<CallEvent> {
  for (const decide of screens) {
    const decision = await decide(screening);
    if (decision === undefined) continue;
    if (decision.type === "admitted") await screening.run.openMedia();
    return decision;
  }
  const { run, ports } = screening;
  const isPrepared = run.call.proof === "proven" && (await ports.screens.isPrepared(run.call.peer));
  await run.openMedia();
  return { type: "admitted", how: isPrepared ? "prepare" : "ring" };
}

async function replay({ run, ports, clock }: Screening): Promise<CallEvent | undefined> {
  const claims = run.wire?.asked && callClaimsOf(run.wire.asked);
  if (claims === undefined) return undefined;
  const { sip_callid: callId, sip_from_tag: fromTag, iat } = claims;
  const remembered = await ports.replays.remember({ callId, fromTag, iat }, clock.wall());
  if (remembered === "new") return undefined;
  return refuse(remembered === "seen" ? "identity-failed" : "overloaded");
}

async function glare({ run, all }: Screening): Promise<CallEvent | undefined> {
  for (const other of all) {
    const settled = other === run ? "none" : settleGlare(other.call, run.call);
    if (settled === "outgoing-lives") return { ...refuse("glare"), successor: other.call.id };
    if (settled === "incoming-lives") {
      other.tell({ type: "glare-lost", winner: run.call.id });
      return { type: "admitted", how: "answer" };
    }
  }
  return undefined;
}

async function guests({ run, ports }: Screening): Promise<CallEvent | undefined> {
  return run.call.proof === "proven" || ports.screens.admitsGuests() ? undefined : refuse("identity-failed");
}

async function block({ run, ports }: Screening): Promise<CallEvent | undefined> {
  return (await ports.screens.isBlocked(run.call.peer)) ? refuse("unwanted") : undefined;
}

/** To the caller as if nobody were there; the user finds a missed call. */
async function rest({ ports }: Screening): Promise<CallEvent | undefined> {
  return ports.screens.doesNotDisturb() ? refuse("offline") : undefined;
}

async function busy({ run, all, ports }: Screening): Promise<CallEvent | undefined> {
  const others = all.filter(other => other !== run && isEngaged(other.call));
  return others.length >= ports.screens.mostCalls ? refuse("busy") : undefined;
}

/** A call that the user knows of. */
export function isEngaged({ state }: Call): boolean {
  return state.kind !== "new" && state.kind !== "screening" && !isOver(state);
}

function refuse(reason: EndReason): Extract<CallEvent, { type: "refused" }> {
  return { type: "refused", reason };
}
