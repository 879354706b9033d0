import { type Call, isTalking, type StateKind } from "../call.ts";
import { transition } from "../call-machine.ts";
import { deafTo, type Machine } from "./planted-bugs.suite.ts";
import type { Scenario } from "./world.suite.ts";

export interface Regression {
  readonly name: string;
  /** A story in which it came out, as small as fast-check could make it. */
  readonly scenario: Scenario;
  /** The machine as it was: the story must still bring it out. */
  readonly bug: Machine;
}

const CALM = { loss: 0, duplication: 0, lateness: 0 };
const plain = { lag: 0, imposters: [], foreigners: [], mute: [], resolves: true, prepares: false } as const;
const BEFORE_TALK: readonly StateKind[] = [
  "resolving",
  "inviting",
  "ringing-out",
  "early-out",
  "connecting-out",
  "screening",
  "ringing-in",
  "early-in",
  "connecting-in",
];

/** What the simulation found in the machine while it was written. */
export const regressions: readonly Regression[] = [
  {
    name: "a dismissed device that hangs up by itself was dismissed a second time when its 200 came again",
    scenario: {
      ...plain,
      seed: 851946073,
      weather: { ...CALM, lateness: 0.1 },
      happenings: [
        { at: 0, device: "alice", act: "dial" },
        { at: 361, device: "bob1", act: "accept" },
        { at: 367, device: "bob2", act: "dial" },
        { at: 429, device: "bob2", act: "cut", ms: 513 },
      ],
    },
    bug: (call, event) => {
      const [next, effects] = transition(call, event);
      if (event.type !== "peer-hung-up" || next.state.kind === "ended") return [next, effects];
      const forget = (fork: Call["forks"][number]): Call["forks"][number] =>
        fork.tag === event.tag && fork.stage === "dismissed" ? { ...fork, stage: "gone" } : fork;
      return [{ ...next, forks: next.forks.map(forget) }, effects];
    },
  },
  {
    name: "an offer that was ready after the line had gone was sent into nothing",
    scenario: {
      ...plain,
      seed: 1667116302,
      weather: { loss: 0, duplication: 0.3, lateness: 0.3 },
      lag: 0.1,
      mute: ["bob1"],
      happenings: [
        { at: 0, device: "alice", act: "dial" },
        { at: 0, device: "bob1", act: "dial" },
        { at: 3751, device: "alice", act: "hold" },
        { at: 3751, device: "alice", act: "cut", ms: 5832 },
      ],
    },
    bug: (call, event) => transition(event.type === "offer-made" ? { ...call, line: "up" } : call, event),
  },
  {
    name: "a line that was lost before the talk counted as there in the talk",
    scenario: {
      ...plain,
      seed: 971847864,
      weather: CALM,
      lag: 0.1,
      happenings: [
        { at: 0, device: "alice", act: "dial" },
        { at: 228, device: "bob1", act: "dial" },
        { at: 408, device: "bob2", act: "cut", ms: 100 },
        { at: 447, device: "alice", act: "cut", ms: 100 },
        { at: 547, device: "alice", act: "cut", ms: 31486 },
      ],
    },
    bug: deafTo("line-lost", BEFORE_TALK),
  },
  {
    name: "a re-INVITE of a device that was dismissed never got an answer",
    scenario: {
      ...plain,
      seed: 1,
      weather: CALM,
      prepares: true,
      foreigners: ["bob1"],
      happenings: [
        { at: 0, device: "alice", act: "dial" },
        { at: 469, device: "bob1", act: "dial" },
        { at: 474, device: "alice", act: "dial" },
        { at: 491, device: "alice", act: "cut", ms: 2609 },
        { at: 491, device: "bob2", act: "dial" },
      ],
    },
    bug: deafTo(
      "reinvited",
      ["active", "held"],
      ({ state }, event) => isTalking(state) && "tag" in event && event.tag !== state.talk.tag,
    ),
  },
  {
    name: "a re-INVITE that crossed a BYE was refused by 481, and a hang-up read as a lost connection",
    scenario: {
      ...plain,
      seed: 581521546,
      weather: CALM,
      happenings: [
        { at: 0, device: "alice", act: "dial" },
        { at: 549, device: "bob1", act: "accept" },
        { at: 300, device: "bob2", act: "accept" },
        { at: 577, device: "alice", act: "change-network" },
        { at: 577, device: "bob2", act: "break-media" },
      ],
    },
    bug: (call, event) => {
      const [next, effects] = transition(call, event);
      return [
        next,
        effects.map(effect =>
          effect.do === "refuse-reinvite" && effect.status === 487 ? { ...effect, status: 481 } : effect,
        ),
      ];
    },
  },
];
