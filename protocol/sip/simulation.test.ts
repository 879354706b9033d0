import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatMessage } from "./format-message.ts";
import type { SipMessage } from "./message.ts";
import { parseMessage } from "./parse-message.ts";
import { config } from "./samples.suite.ts";
import { createFakeClock, createFakeNetwork, createRandom, type NetworkFaults } from "./simulation.suite.ts";
import type { World } from "./simulation-layer.suite.ts";
import { type CallerPlan, createCaller, createDevice, type DevicePlan } from "./simulation-phones.suite.ts";
import { createProxyHost } from "./simulation-proxy.suite.ts";

interface Scenario {
  readonly seed: number;
  readonly reliable: boolean;
  readonly faults: NetworkFaults;
  readonly devices: readonly (DevicePlan & { readonly isGone: boolean })[];
  readonly caller: CallerPlan;
  /** Every message is written and read on its way. */
  readonly asText: boolean;
}

const device = fc.record({
  ringsAfter: fc.integer({ min: 1, max: 2_000 }),
  does: fc.constantFrom<DevicePlan["does"]>("answer", "answer", "busy", "decline", "nothing"),
  after: fc.integer({ min: 0, max: 4_000 }),
  hangUpAfter: fc.option(fc.integer({ min: 0, max: 3_000 }), { nil: undefined }),
  changesAfter: fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 2 }),
  isGone: fc.constantFrom(false, false, false, true),
});

const common = {
  seed: fc.nat(),
  devices: fc.array(device, { minLength: 1, maxLength: 3 }),
  caller: fc.record({
    cancelAfter: fc.option(fc.integer({ min: 0, max: 5_000 }), { nil: undefined, freq: 1 }),
    hangUpAfter: fc.integer({ min: 0, max: 40_000 }),
    changesAfter: fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 2 }),
  }),
};

/** UDP at its worst: a third of the messages is lost, the others come twice and overtake each other. */
const lossy = fc.record({
  ...common,
  reliable: fc.constant(false),
  asText: fc.constant(false),
  faults: fc.record({
    loss: fc.constantFrom(0.05, 0.2, 0.35),
    doubling: fc.constantFrom(0, 0.2, 0.5),
    delay: fc.constantFrom<readonly [number, number]>([1, 50], [10, 900], [1, 3_000]),
  }),
});

/** WebSockets: nothing is lost, and what is sent first comes first. */
const reliable = fc.record({
  ...common,
  reliable: fc.constant(true),
  asText: fc.boolean(),
  faults: fc
    .constantFrom(1, 20, 300)
    .map((delay): NetworkFaults => ({ loss: 0, doubling: 0, delay: [delay, delay] })),
});

function play(scenario: Scenario) {
  const clock = createFakeClock();
  const network = createFakeNetwork<SipMessage>(clock, createRandom(scenario.seed), scenario.faults);
  const world: World = {
    clock,
    reliable: scenario.reliable,
    send: (from, to, message) =>
      network.send(from, to, scenario.asText ? parseMessage(formatMessage(message)) : message),
  };
  const hosts = scenario.devices.map((_, index) => `dev${index}`);
  const caller = createCaller(world, scenario.caller);
  const proxy = createProxyHost(world, config, hosts);
  const devices = scenario.devices.map((plan, index) => createDevice(world, hosts[index] ?? "", plan));
  network.attach("alice", caller.layer.receive);
  network.attach("proxy", proxy.receive);
  for (const [index, { isGone }] of scenario.devices.entries()) {
    const [host, bob] = [hosts[index], devices[index]];
    if (!isGone && host && bob) network.attach(host, bob.layer.receive);
  }
  caller.call();
  clock.run();
  return { clock, network, caller, proxy, devices };
}

/** What holds however badly the network behaves. */
function checkEnd({ caller, proxy, devices, clock }: ReturnType<typeof play>): void {
  expect(clock.pending).toBe(0);
  expect([caller.live, proxy.live, ...devices.map(({ live }) => live)]).toEqual([
    0,
    0,
    ...devices.map(() => 0),
  ]);
  // One outcome for the person who calls, and one end of the call that was answered.
  expect(caller.outcomes).toHaveLength(1);
  expect(caller.connected).toHaveLength(caller.outcomes[0] === "answered" ? 1 : 0);
  for (const bob of devices) expect(bob.ends.length).toBeLessThanOrEqual(1);
  for (const finals of proxy.finals.values()) {
    expect(finals.filter(status => status >= 300).length).toBeLessThanOrEqual(1);
  }
  // Nobody is connected with somebody who is not: whoever has the ACK was answered by the caller.
  for (const bob of devices.filter(({ confirmed }) => confirmed)) {
    expect(caller.outcomes).toEqual(["answered"]);
    expect(bob.ends).toHaveLength(1);
  }
}

describe("a call through a forking proxy", () => {
  it("over a bad network: always one outcome, everything ends, nothing is left", () => {
    fc.assert(
      fc.property(lossy, scenario => checkEnd(play(scenario))),
      { numRuns: 1_000 },
    );
  }, 60_000);

  it("over reliable connections: the outcome is the right one", () => {
    fc.assert(
      fc.property(reliable, scenario => {
        const run = play(scenario);
        checkEnd(run);
        const { caller, devices } = run;
        const [outcome] = caller.outcomes;
        const winner = devices.find(({ host }) => host === caller.connected[0]);
        // The device that answered first has the caller, and each other one stopped.
        if (outcome === "answered") expect(winner?.confirmed).toBe(true);
        for (const [index, bob] of devices.entries()) {
          const isGone = scenario.devices[index]?.isGone;
          expect(bob.ends).toHaveLength(isGone ? 0 : 1);
          if (bob !== winner && !isGone) expect(["cancelled", "refused", "bye"]).toContain(bob.ends[0]);
        }
        // Not cancelled, somebody answers, nobody declines for all: the call comes about.
        const plans = scenario.devices.filter(({ isGone }) => !isGone);
        const answers = plans.some(({ does }) => does === "answer");
        const declines = plans.some(({ does }) => does === "decline");
        if (answers && !declines && scenario.caller.cancelAfter === undefined)
          expect(outcome).toBe("answered");
        // Nobody answers: it never comes about.
        if (!answers) expect(outcome).not.toBe("answered");
      }),
      { numRuns: 1_000 },
    );
  }, 60_000);

  it("both change the session at once: one after the other gets its way, and none is lost", () => {
    const moments = fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 3 });
    let met = 0;
    fc.assert(
      fc.property(moments, moments, fc.constantFrom(1, 40, 300), (ours, theirs, delay) => {
        const { caller, devices } = play({
          seed: 1,
          reliable: true,
          asText: false,
          faults: { loss: 0, doubling: 0, delay: [delay, delay] },
          devices: [
            {
              ringsAfter: 10,
              does: "answer",
              after: 100,
              hangUpAfter: undefined,
              changesAfter: theirs,
              isGone: false,
            },
          ],
          caller: { cancelAfter: undefined, hangUpAfter: 120_000, changesAfter: ours },
        });
        expect(caller.ends).toEqual(["hang-up"]);
        for (const { changes } of [caller, ...devices]) {
          expect(changes.wanted).toBeGreaterThan(0);
          expect(changes.accepted).toBe(changes.wanted);
          met += changes.met;
        }
      }),
      { numRuns: 300 },
    );
    expect(met).toBeGreaterThan(0);
  }, 60_000);

  it("who rings while another answers is told so", () => {
    const plan = { ringsAfter: 10, after: 1_000, hangUpAfter: undefined, changesAfter: [], isGone: false };
    const run = play({
      seed: 1,
      reliable: true,
      asText: true,
      faults: { loss: 0, doubling: 0, delay: [5, 5] },
      devices: [
        { ...plan, does: "answer" },
        { ...plan, does: "nothing" },
      ],
      caller: { cancelAfter: undefined, hangUpAfter: 500, changesAfter: [] },
    });
    expect(run.devices[1]?.reasons).toEqual(['SIP;cause=200;text="Call completed elsewhere"']);
    expect(run.devices.map(({ ends }) => ends)).toEqual([["bye"], ["cancelled"]]);
    expect(run.caller.ends).toEqual(["hang-up"]);
  });
});
