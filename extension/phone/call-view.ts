import type {
  CallStage,
  CallView,
  KnownOnChain,
  LineView,
  Proof,
} from "../../background/bus/phone-contract.ts";
import type { Resolved } from "../../background/chain/resolved.ts";
import type { CallRecord } from "../../background/phone/ports.ts";
import { type LineState, sentenceOfLine } from "../../background/sip/line-state.ts";
import type { CallState, StateKind } from "../../protocol/call/call.ts";
import { sentenceOf } from "../../protocol/call/end-sentence.ts";
import { formatNumber } from "../../protocol/number/number.ts";
import { mayBearName } from "./may-bear-name.ts";

export interface Known {
  /** The name that the user gave to this address. */
  readonly contact: string | undefined;
}

const stages: Readonly<Record<StateKind, CallStage>> = {
  new: "checking",
  resolving: "checking",
  screening: "checking",
  inviting: "calling",
  yielding: "calling",
  "ringing-out": "ringing",
  "early-out": "ringing",
  "ringing-in": "ringing",
  "early-in": "ringing",
  "connecting-out": "connecting",
  "connecting-in": "connecting",
  active: "talking",
  held: "held",
  ending: "ended",
  ended: "ended",
};

/** A call as panels show it: what the machine knows, and the user's own name for whom it is with. */
export function toCallView(record: CallRecord, { contact }: Known): CallView {
  const { id, call, address, context, connected } = record;
  const said = saidOf(record);
  const known = knownOf(record);
  return {
    id,
    direction: call.direction,
    stage: stageOf(call.state),
    peer: {
      title: toTitle(record, contact),
      address,
      proof: proofOf(record),
      isContact: contact !== undefined,
      ...(record.signer !== undefined && { signer: record.signer }),
      ...(known && { known }),
    },
    ...(context && { context }),
    ...(connected !== undefined && { since: connected }),
    ...(said !== undefined && { said }),
    ...("successor" in call.state && { goesOnIn: call.state.successor }),
  };
}

/** The one rule of who is called by which name, in windows, notices and lists. */
export function toTitle(record: CallRecord, contact: string | undefined): string {
  return (mayBearName(record.call) ? contact : undefined) ?? chainTitleOf(record) ?? record.address;
}

/** What the chain calls them, as far as it may be believed of this call. */
export function chainTitleOf(record: CallRecord): string | undefined {
  const known = knownOf(record);
  return known?.name ?? known?.number;
}

export function toLineView(state: LineState): LineView {
  const said = sentenceOfLine(state);
  switch (state.name) {
    case "off":
      return { state: "signed-out", said };
    case "connecting":
      return { state: "connecting", said };
    case "up":
      return { state: "ready", said };
    case "down":
      return { state: "waiting", said };
    case "refused":
      return { state: "refused", said };
  }
}

function stageOf(state: CallState): CallStage {
  if (state.kind !== "active") return stages[state.kind];
  const { media } = state.talk;
  if (media === "flowing") return "talking";
  return media === "lost" ? "reconnecting" : "connecting";
}

/** A waived proof is one that nobody can give: who it is then stays open, and is shown so. */
function proofOf({ call: { proof, state }, isGuest }: CallRecord): Proof {
  if ("reason" in state && state.reason === "identity-failed") return "refuted";
  if (proof === "proven") return "account";
  if (proof === "none") return "checking";
  return isGuest ? "guest" : "foreign";
}

/** How it ended; where there is more to say, what was wrong. */
function saidOf({ call, doubt }: CallRecord): string | undefined {
  const { state, direction } = call;
  if (state.kind !== "ended" && state.kind !== "ending") return doubt;
  const sentence = sentenceOf(state.reason, direction);
  if (doubt === undefined) return sentence;
  if (state.reason === "not-found") return doubt;
  return state.reason === "identity-failed" ? `${sentence} ${doubt}` : sentence;
}

/** What a chain says of an account is true of who proved to be it, and of whom was dialled until somebody answers. */
function knownOf({ call, found }: CallRecord): KnownOnChain | undefined {
  const isTheirs = mayBearName(call) && call.proof !== "waived";
  return isTheirs && found ? toKnown(found) : undefined;
}

/** Only what was checked in both directions. */
function toKnown({ chain, name, number, proofs, isOffchain }: Resolved): KnownOnChain {
  const { ownsName, nameAndAccount, nameAndNumber, changedHandsAt } = proofs;
  return {
    chain: chain.name,
    ...(name !== undefined && { name }),
    ...(number !== undefined && { number: formatNumber(number) }),
    ownsName: name !== undefined && (ownsName || nameAndAccount === "both"),
    areLinked: name !== undefined && number !== undefined && nameAndNumber === "both",
    ...(changedHandsAt !== undefined && { changedHands: changedHandsAt * 1_000 }),
    isOffchain,
  };
}
