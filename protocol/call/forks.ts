import type { DialogTag } from "../ids.ts";
import type { Call, Fork } from "./call.ts";

// An answer of a device beyond these is still taken or dismissed; it is only not remembered while it rings.
const MAX_FORKS = 16;

/** What is known of a device; nothing yet for one not heard of. */
export function forkOf(call: Call, tag: DialogTag): Fork {
  return call.forks.find(fork => fork.tag === tag) ?? newFork(tag);
}

/** The call with what was learnt of a device. A device beyond the bound is not remembered. */
export function withFork<Alike extends Call>(call: Alike, tag: DialogTag, learnt: Partial<Fork>): Alike {
  const known = call.forks.some(fork => fork.tag === tag);
  if (!known && call.forks.length >= MAX_FORKS) return call;
  const forks = known ? call.forks : [...call.forks, newFork(tag)];
  return { ...call, forks: forks.map(fork => (fork.tag === tag ? { ...fork, ...learnt } : fork)) };
}

/** The call after a device sent a BYE. One that was dismissed stays so: its 200 has its ACK already. */
export function withoutFork<Alike extends Call>(call: Alike, tag: DialogTag): Alike {
  if (forkOf(call, tag).stage !== "heard") return call;
  return withFork(call, tag, { stage: "gone", early: { at: "none" } });
}

/** Whether a connection to it is prepared, or being prepared. */
export function hasMedia({ early }: Fork): boolean {
  return early.at === "making-answer" || early.at === "prepared";
}

/** Whether a device that was proven alerts. */
export function rings(call: Call): boolean {
  return call.forks.some(fork => fork.rang === "proven" && fork.stage === "heard");
}

/** Whether all that was heard came from devices that could not prove who they are. */
export function isOnlyDisbelieved(call: Call): boolean {
  const disbelieved = call.forks.filter(fork => fork.rang === "refused" || fork.early.at === "refused");
  return disbelieved.length > 0 && disbelieved.length === call.forks.length;
}

function newFork(tag: DialogTag): Fork {
  return { tag, rang: "no", early: { at: "none" }, stage: "heard" };
}
