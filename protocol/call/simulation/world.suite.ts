import { isCalling, isOver, isTalking } from "../call.ts";
import { transition } from "../call-machine.ts";
import { createClock, createRandom } from "./clock.suite.ts";
import { judgeEnd } from "./end.suite.ts";
import type { Kept } from "./kept.suite.ts";
import { createMediaPlane } from "./media.suite.ts";
import { createNetwork, type Weather } from "./network.suite.ts";
import { createPhone, type Phone, type UserAct, type World } from "./phone.suite.ts";
import { createProxy } from "./proxy.suite.ts";
import { deviceOf } from "./user-agent.suite.ts";

export type Device = "alice" | "bob1" | "bob2";

export type Happening =
  | { readonly at: number; readonly device: Device; readonly act: UserAct }
  | { readonly at: number; readonly device: Device; readonly act: "cut"; readonly ms: number };

export interface Scenario {
  readonly seed: number;
  readonly weather: Weather;
  readonly prepares: boolean;
  readonly lag: number;
  readonly imposters: readonly Device[];
  readonly foreigners: readonly Device[];
  readonly mute: readonly Device[];
  readonly resolves: boolean;
  readonly happenings: readonly Happening[];
}

export interface Outcome {
  readonly problems: readonly string[];
  readonly phones: readonly Phone[];
  readonly ladder: readonly string[];
  /** Every transition of every call, in order. */
  readonly trace: readonly string[];
}

export const CALM: Weather = { loss: 0, duplication: 0, lateness: 0 };
const FAIR_LOSS = 0.05;
const LINE_NOTICED_AFTER = 2000;
const LINE_BACK_AFTER = 1000;
/** From alerting to ringback, when nothing is lost: two hops and a check of identity. */
const HEARD_AFTER = 1000;
/** From the end of a call at one phone to its end at the others. */
const TOLD_AFTER = 20_000;
/** After the last happening the weather clears; then this long is enough for every wait of phone and wire. */
const LONG_ENOUGH = 400_000;

/**
 * Alice with one device, Bob with two, a forking proxy between them. Plays what happens, heals the network, waits,
 * and says what is wrong then.
 */
export function runScenario(scenario: Scenario, machine: typeof transition = transition): Outcome {
  const { happenings, weather, lag } = scenario;
  const clock = createClock();
  const random = createRandom(scenario.seed);
  const network = createNetwork(clock, random);
  const world: World = {
    ...scenario,
    clock,
    random,
    network,
    media: createMediaPlane({ clock, network, random }, lag),
    transition: machine,
    isFair: isFair(scenario),
    problems: [],
    alerting(phone, callId) {
      if (world.isFair && weather.loss === 0 && weather.lateness === 0) {
        clock.after(HEARD_AFTER, () => judgeAlerting(world, { phones, phone, callId }));
      }
    },
    over(phone, kept) {
      if (world.isFair) clock.after(TOLD_AFTER, () => judgeTold(world, { phones, phone, kept }));
    },
  };
  const phones = [
    createPhone(world, "alice", "alice"),
    createPhone(world, "bob1", "bob"),
    createPhone(world, "bob2", "bob"),
  ];
  const devicesOf = (account: string): string[] =>
    phones.filter(phone => phone.account === account).map(({ name }) => name);
  createProxy(clock, network, devicesOf);
  network.setWeather(weather);
  for (const happening of happenings) plan(world, phones, happening);
  const end = Math.max(0, ...happenings.map(each => each.at + (each.act === "cut" ? each.ms : 0)));
  clock.after(end, () => network.setWeather(CALM));
  if (!clock.runUntil(end + LONG_ENOUGH)) world.problems.push("spins without end");
  return {
    problems: [...world.problems, ...judgeEnd(world, phones)],
    phones,
    ladder: network.ladder,
    trace: traceOf(phones),
  };
}

function isFair({ weather, happenings, imposters, lag, prepares }: Scenario): boolean {
  // A caller whose media fails while it prepares leaves a 183 without its PRACK.
  const isSpoilt = happenings.some(({ act }) => act === "cut" || (act === "break-media" && prepares));
  // Nobody acknowledges the 183 of an imposter either.
  const isStrange = imposters.length > 0 && prepares;
  return weather.loss <= FAIR_LOSS && !isSpoilt && !isStrange && lag === 0;
}

function plan(world: World, phones: readonly Phone[], happening: Happening): void {
  const { clock, network, media } = world;
  const phone = phones.find(({ name }) => name === happening.device);
  if (!phone) return;
  const { at, act } = happening;
  if (act !== "cut") {
    clock.after(at, () => phone.act(act, phone.account === "alice" ? "bob" : "alice"));
    return;
  }
  const { ms } = happening;
  const cut = (isCut: boolean) => (): void => {
    network.cut(phone.name, isCut);
    media.review();
  };
  clock.after(at, cut(true));
  clock.after(at + ms, cut(false));
  if (ms > LINE_NOTICED_AFTER) {
    clock.after(at + LINE_NOTICED_AFTER, () => phone.setLine(false));
    clock.after(at + ms + LINE_BACK_AFTER, () => phone.setLine(true));
  }
}

/** 180 only when it alerts, and then really: who calls hears that it rings, and contacts are connected already. */
function judgeAlerting(
  world: World,
  { phones, phone, callId }: { phones: readonly Phone[]; phone: Phone; callId: string },
): void {
  const mine = [...phone.calls.values()].find(({ facts }) => facts.callId === callId);
  const caller = phones
    .flatMap(each => [...each.calls.values()])
    .find(({ facts, call }) => facts.callId === callId && call.direction === "outgoing");
  if (
    world.imposters.length > 0 ||
    !mine?.isAlerting ||
    !caller ||
    isOver(caller.call.state) ||
    !isCalling(caller.call.state)
  )
    return;
  const { kind } = caller.call.state;
  const fork = caller.call.forks.find(({ tag }) => tag.startsWith(`${phone.name}-`));
  const isGivenUp = fork?.early.at === "refused";
  if (caller.tone !== "ringback")
    world.problems.push(`${phone.name} alerts, its caller hears nothing in ${kind}`);
  const isPrepared = mine.call.state.kind === "early-in" && fork?.early.at === "prepared";
  if (world.prepares && !isPrepared && !isGivenUp && !mine.isMediaBroken) {
    world.problems.push(`${phone.name} rings unprepared`);
  }
}

/** Whoever ends a call tells it: nobody is left ringing or talking to a call that is over. */
function judgeTold(
  world: World,
  { phones, phone, kept }: { phones: readonly Phone[]; phone: Phone; kept: Kept },
): void {
  const { state, direction } = kept.call;
  if (!isOver(state) || (direction === "incoming" && !state.talked)) return;
  for (const other of phones.filter(each => each !== phone)) {
    const theirs = other.calls.get(kept.facts.callId)?.call;
    if (!theirs || isOver(theirs.state)) continue;
    const talksToAnother = isTalking(theirs.state) && deviceOf(theirs.state.talk.tag) !== phone.name;
    if (!talksToAnother) world.problems.push(`${other.name} was not told that ${kept.facts.callId} is over`);
  }
}

function traceOf(phones: readonly Phone[]): string[] {
  return phones
    .flatMap(({ calls }) =>
      [...calls.values()].flatMap(kept => kept.trace.map(line => `${line} [${kept.facts.callId}]`)),
    )
    .sort((one, other) => Number.parseInt(one, 10) - Number.parseInt(other, 10));
}
