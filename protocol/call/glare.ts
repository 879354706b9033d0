import { sha256 } from "ox/Hash";
import { fromString as hexOfText } from "ox/Hex";
import type { CallId } from "../ids.ts";
import { isSameContext } from "../words/context.ts";
import type { Call } from "./call.ts";

/**
 * Two parties call each other at once, about the same thing: two INVITEs cross, and one call is to come of it.
 * The smaller SHA-256(Call-ID) lives. Both sides compute the same without a word; the phone does what follows:
 *
 * - `outgoing-lives`: the incoming call hears `refused` with `glare` and its successor; its caller reads 486
 *   and `Reason: etherlynk;cause=486;text="glare"`, and waits for ours (`yielding`) if it has not come.
 * - `incoming-lives`: the outgoing call hears `glare-lost`, the incoming one `admitted` with `answer`: both
 *   wanted to talk, so nothing rings, and window and log entry go over.
 *
 * Asked when the identity of the incoming INVITE has been proven, never before: a forged one must not end a call.
 *
 * @example
 * settleGlare(mine, theirs) // "outgoing-lives", "incoming-lives" or "none"
 */
export function settleGlare(outgoing: Call, incoming: Call): "outgoing-lives" | "incoming-lives" | "none" {
  if (!isSameTalk(outgoing, incoming)) return "none";
  switch (outgoing.state.kind) {
    // Nothing was sent, or ours was refused already because theirs lives.
    case "resolving":
    case "yielding":
      return "incoming-lives";
    case "inviting":
    case "ringing-out":
    case "early-out":
      return livesBefore(incoming.id, outgoing.id) ? "incoming-lives" : "outgoing-lives";
    // Answered already. From the very device that answered it is the INVITE that lost, late on its way; from
    // another one it is a call of its own. While the answer is being verified the hash decides.
    case "connecting-out":
    case "active":
    case "held":
      if (outgoing.peerDevice !== undefined)
        return isSameDevice(outgoing, incoming) ? "outgoing-lives" : "none";
      return outgoing.state.kind === "connecting-out" && !livesBefore(incoming.id, outgoing.id)
        ? "outgoing-lives"
        : "none";
    case "new":
    case "screening":
    case "ringing-in":
    case "early-in":
    case "connecting-in":
    case "ending":
    case "ended":
      return "none";
  }
}

function isSameTalk(outgoing: Call, incoming: Call): boolean {
  return (
    outgoing.direction === "outgoing" &&
    incoming.direction === "incoming" &&
    outgoing.me === incoming.me &&
    outgoing.peer === incoming.peer &&
    isSameContext(outgoing.context, incoming.context)
  );
}

function isSameDevice(outgoing: Call, incoming: Call): boolean {
  return outgoing.peerDevice === incoming.peerDevice;
}

/** A Call-ID is ASCII (its guard), so that both sides hash the same bytes. */
function livesBefore(one: CallId, other: CallId): boolean {
  return digest(one) < digest(other);
}

function digest(id: CallId): string {
  return sha256(hexOfText(id));
}
