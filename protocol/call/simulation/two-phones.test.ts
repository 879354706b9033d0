import { env } from "node:process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isTalking } from "../call.ts";
import { plantedBugs } from "./planted-bugs.suite.ts";
import { regressions } from "./regressions.suite.ts";
import { acceptances, crossings, scenarios } from "./scenarios.suite.ts";
import { type Outcome, runScenario, type Scenario } from "./world.suite.ts";

// A failure prints its scenario, which holds its seed: put it into regressions.suite.ts. To explore further:
// SIMULATION_RUNS=100000 SIMULATION_SEED=7.
const RUNS = Number(env["SIMULATION_RUNS"] ?? 2000);
const SEED = Number(env["SIMULATION_SEED"] ?? 20_261_121);
const PATIENT = { timeout: 600_000 };

/** Alice talks with the device that called or accepted, and nobody else talks. */
function talkersIn({ phones }: Outcome): string[] {
  return phones
    .filter(({ calls }) => [...calls.values()].some(({ call }) => isTalking(call.state)))
    .map(({ name }) => name);
}

describe("two phones and a network that loses, delays, doubles and reorders", () => {
  it("end both, or talk with each other alike", PATIENT, () => {
    fc.assert(
      fc.property(scenarios, scenario => {
        expect(runScenario(scenario).problems).toEqual([]);
      }),
      { numRuns: RUNS, seed: SEED },
    );
  });

  it("talk when one calls and the other accepts", PATIENT, () => {
    fc.assert(
      fc.property(acceptances, scenario => {
        const outcome = runScenario(scenario);
        expect(outcome.problems).toEqual([]);
        expect(talkersIn(outcome)).toEqual(["alice", scenario.happenings[1]?.device]);
      }),
      { numRuns: RUNS / 10, seed: SEED },
    );
  });

  it("have one continuous call when both dial at once, and nothing in the log of another", PATIENT, () => {
    fc.assert(
      fc.property(crossings, scenario => {
        const outcome = runScenario(scenario);
        expect(outcome.problems).toEqual([]);
        const device = scenario.happenings[1]?.device;
        expect(talkersIn(outcome)).toEqual(["alice", device]);
        const both = outcome.phones.filter(({ name }) => name === "alice" || name === device);
        for (const { call, logs } of both.flatMap(({ calls }) => [...calls.values()])) {
          expect(logs).toBe(0);
          if (call.state.kind === "ended") expect(call.state.reason).toBe("glare");
        }
      }),
      { numRuns: RUNS / 5, seed: SEED },
    );
  });

  it("ring nowhere when both dial in the same moment, except at the third device", PATIENT, () => {
    const same = crossings.map(
      (scenario): Scenario => ({
        ...scenario,
        happenings: scenario.happenings.map(happening => ({ ...happening, at: 0 })),
      }),
    );
    fc.assert(
      fc.property(same, scenario => {
        const { phones } = runScenario(scenario);
        const both = phones.filter(({ name }) => name === "alice" || name === scenario.happenings[1]?.device);
        expect(both.flatMap(({ calls }) => [...calls.values()]).filter(({ hasRung }) => hasRung)).toEqual([]);
      }),
      { numRuns: RUNS / 10, seed: SEED },
    );
  });

  it("a story told twice is the same to the letter", () => {
    for (const scenario of fc.sample(scenarios, { numRuns: 20, seed: SEED })) {
      expect(runScenario(scenario).ladder).toEqual(runScenario(scenario).ladder);
    }
  });

  it("goes through every state, and hears in it most of what the machine listens to", () => {
    const heard = new Set<string>();
    for (const scenario of fc.sample(scenarios, { numRuns: 1000, seed: SEED })) {
      for (const line of runScenario(scenario).trace) {
        const [, kind, type] = /^\d+ \S+ (\S+) -> \{"type":"([^"]+)"/.exec(line) ?? [];
        heard.add(`${kind} ${type}`);
      }
    }
    const kinds = new Set([...heard].map(pair => pair.split(" ")[0]));
    expect(kinds.size).toBe(15);
    expect(heard.size).toBeGreaterThan(200);
  });
});

describe("regressions", () => {
  it.each(regressions)("$name", ({ scenario, bug }) => {
    expect(runScenario(scenario).problems).toEqual([]);
    expect(runScenario(scenario, bug).problems).not.toEqual([]);
  });
});

describe("the simulation notices", () => {
  const stories = fc.sample(scenarios, { numRuns: 1200, seed: SEED });

  it.each(plantedBugs)("%s", (_name, machine) => {
    expect(stories.some(story => runScenario(story, machine).problems.length > 0)).toBe(true);
  });
});
