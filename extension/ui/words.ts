import type { CallStage, LineState, PeerView, Proof } from "../../background/bus/phone-contract.ts";
import { EtherlynkError } from "../../protocol/errors.ts";

const lines: Readonly<Record<LineState, string>> = {
  "signed-out": "Not signed in",
  connecting: "Connecting to the line…",
  ready: "Ready: you can call and be called",
  waiting: "No connection. Trying again by itself",
  refused: "The line refused this phone",
};

const stages: Readonly<Record<CallStage, string>> = {
  checking: "Finding out who this is…",
  calling: "Calling…",
  ringing: "Ringing…",
  connecting: "Connecting sound…",
  talking: "Talking",
  held: "On hold",
  reconnecting: "Connection lost, coming back…",
  ended: "Call ended",
};

interface ProofWords {
  readonly short: string;
  readonly why: string;
}

const proofs: Readonly<Record<Proof, ProofWords>> = {
  checking: {
    short: "Not checked yet",
    why: "Nothing is believed before the other side has signed.",
  },
  account: {
    short: "Proved",
    why: "Their device signed this call, and the wallet of this account vouches for the device.",
  },
  foreign: {
    short: "Not proved: another kind of phone",
    why: "It cannot sign calls. The address is only what it says of itself.",
  },
  guest: {
    short: "Not proved: a guest from a web page",
    why: "It could be anybody. Do nothing that only they ask you to do.",
  },
  refuted: {
    short: "Not proved: the call was stopped",
    why: "What they signed does not hold, so somebody else may have answered. Nothing was said or shown to them.",
  },
};

export function lineInWords(state: LineState): string {
  return lines[state];
}

export function stageInWords(stage: CallStage, isIncoming: boolean): string {
  return stage === "ringing" && isIncoming ? "Calls you" : stages[stage];
}

/** What is known of them, in a few words. */
export function proofInWords({ proof, isContact, signer }: PeerView): string {
  if (signer !== undefined && proof === "foreign") return `Signed by ${shortAddress(signer)}`;
  const { short } = proofs[proof];
  return proof === "account" ? `${short}. ${isContact ? "In your contacts" : "Not in your contacts"}` : short;
}

/** Said of callers who prove nothing, and of nobody else. */
export function claimInWords(
  { proof, isContact, signer }: PeerView,
  isIncoming: boolean,
): string | undefined {
  if (signer !== undefined || !isContact || (proof !== "foreign" && proof !== "guest")) return undefined;
  return isIncoming
    ? "Claims an address in your contacts. It may be somebody else."
    : "Dialled at an address in your contacts. Whoever answers there has proved nothing.";
}

/** Why that is believed, or is not. */
export function whyInWords({ proof, signer }: PeerView): string {
  if (signer !== undefined && proof === "foreign") {
    return "This account signed its answer and the connection. That it is whom you dialled is the word of that domain's node, and no chain says so.";
  }
  return proofs[proof].why;
}

/** The sentence of an error of ours; of any other, that it is a bug. */
export function errorInWords(error: unknown): string {
  if (error instanceof EtherlynkError) return error.message;
  return "Something went wrong inside Etherlynk. Please try again, and report it if it comes back.";
}

/** `0x1234…abcd`: as much of an account as people compare, also within an address. */
export function shortAddress(address: string): string {
  return address.replace(/\b0x([0-9a-fA-F]{4})[0-9a-fA-F]{32}([0-9a-fA-F]{4})\b/, "0x$1…$2");
}

/** The same of an account or a transaction by itself. */
export function shortHash(text: string): string {
  return text.replace(/^0x([0-9a-fA-F]{4})[0-9a-fA-F]{20,}([0-9a-fA-F]{4})$/, "0x$1…$2");
}

/** Whom a call is with, in the user's own word or as much of the address as people compare. */
export function peerTitle({ title }: PeerView): string {
  return shortAddress(title);
}

/** The first letters of a name; of an address none. */
export function initialsOf(title: string): string {
  if (/^(0x|sips?:|\+)/i.test(title)) return "";
  const words = title.split(/[\s.@]+/).filter(word => /^\p{L}/u.test(word));
  const firsts = [words[0], words.length > 1 ? words.at(-1) : undefined].filter(word => word !== undefined);
  return firsts.map(word => Array.from(word)[0]?.toUpperCase() ?? "").join("");
}

/** `14:02` of today, else the day as well. */
export function timeInWords(at: number, now: number): string {
  const isToday = new Date(at).toDateString() === new Date(now).toDateString();
  const time = { hour: "2-digit", minute: "2-digit" } as const;
  return new Date(at).toLocaleString(undefined, isToday ? time : { day: "numeric", month: "short", ...time });
}

/** `4:07`, `1:02:09`. */
export function durationInWords(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, place) => (place === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
}
