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

const proofs: Readonly<Record<Proof, string>> = {
  checking: "Not checked yet",
  account: "Proved by a signature of this account",
  foreign: "Not proved: called from another kind of phone",
  guest: "Not proved: a guest from a web page",
};

export function lineInWords(state: LineState): string {
  return lines[state];
}

export function stageInWords(stage: CallStage, isIncoming: boolean): string {
  return stage === "ringing" && isIncoming ? "Calls you" : stages[stage];
}

export function proofInWords({ proof, isContact }: PeerView): string {
  if (proof !== "account") return proofs[proof];
  return `${proofs.account}. ${isContact ? "In your contacts" : "Not in your contacts"}`;
}

/** The sentence of an error of ours; of any other, that it is a bug. */
export function errorInWords(error: unknown): string {
  if (error instanceof EtherlynkError) return error.message;
  return "Something went wrong inside Etherlynk. Please try again, and report it if it comes back.";
}

/** `0x1234…abcd`: as much of an account as people compare. */
export function shortAddress(address: string): string {
  return /^0x[0-9a-fA-F]{40}$/.test(address) ? `${address.slice(0, 6)}…${address.slice(-4)}` : address;
}

/** `4:07`, `1:02:09`. */
export function durationInWords(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, place) => (place === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
}
