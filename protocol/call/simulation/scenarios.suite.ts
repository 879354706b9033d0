import fc from "fast-check";
import type { Weather } from "./network.suite.ts";
import type { UserAct } from "./phone.suite.ts";
import { CALM, type Device, type Happening, type Scenario } from "./world.suite.ts";

const devices: fc.Arbitrary<Device> = fc.constantFrom("alice", "alice", "bob1", "bob2");
const moments = fc.oneof(
  { arbitrary: fc.integer({ min: 0, max: 60 }), weight: 3 },
  { arbitrary: fc.integer({ min: 0, max: 2000 }), weight: 3 },
  { arbitrary: fc.integer({ min: 0, max: 90_000 }), weight: 2 },
);

const acts: fc.Arbitrary<UserAct> = fc.constantFrom(
  "dial",
  "accept",
  "accept",
  "accept",
  "decline",
  "hang-up",
  "hold",
  "resume",
  "hold",
  "resume",
  "close-window",
  "break-media",
  "change-network",
  "sell-number",
);

/** Steps of a story: each so many milliseconds after the one before. */
const steps = fc.array(
  fc.record({
    wait: moments,
    device: devices,
    what: fc.oneof(
      { arbitrary: acts.map(act => ({ act })), weight: 9 },
      {
        arbitrary: fc.integer({ min: 100, max: 70_000 }).map(ms => ({ act: "cut" as const, ms })),
        weight: 1,
      },
    ),
  }),
  { minLength: 0, maxLength: 14 },
);

const beginnings: fc.Arbitrary<readonly Happening[]> = fc.oneof(
  fc.constant([{ at: 0, device: "alice", act: "dial" } as const]),
  // Both dial at once.
  fc
    .tuple(fc.constantFrom<Device>("bob1", "bob2"), fc.integer({ min: 0, max: 900 }))
    .map(([device, at]) => [
      { at: 0, device: "alice", act: "dial" } as const,
      { at, device, act: "dial" } as const,
    ]),
  // Rings, and is accepted on one device or on both.
  fc
    .tuple(fc.integer({ min: 300, max: 4000 }), fc.integer({ min: 300, max: 4000 }), fc.boolean())
    .map(([one, two, both]) => [
      { at: 0, device: "alice", act: "dial" } as const,
      { at: one, device: "bob1", act: "accept" } as const,
      ...(both ? [{ at: two, device: "bob2", act: "accept" } as const] : []),
    ]),
);

const weathers: fc.Arbitrary<Weather> = fc.oneof(
  fc.constant(CALM),
  fc.record({
    loss: fc.constantFrom(0, 0.05, 0.2, 0.4),
    duplication: fc.constantFrom(0, 0.1, 0.3),
    lateness: fc.constantFrom(0, 0.1, 0.3),
  }),
);

/** Stories of two people and three devices in all weathers. */
export const scenarios: fc.Arbitrary<Scenario> = fc
  .record({
    seed: fc.integer({ min: 0, max: 2 ** 31 }),
    weather: weathers,
    prepares: fc.boolean(),
    lag: fc.oneof({ arbitrary: fc.constant(0), weight: 4 }, { arbitrary: fc.constant(0.1), weight: 1 }),
    imposters: fc.oneof(
      { arbitrary: fc.constant<readonly Device[]>([]), weight: 8 },
      { arbitrary: fc.constantFrom<readonly Device[]>(["bob1"], ["bob1", "bob2"], ["alice"]), weight: 1 },
    ),
    beginning: beginnings,
    steps,
    resolves: fc.oneof(
      { arbitrary: fc.constant(true), weight: 40 },
      { arbitrary: fc.constant(false), weight: 1 },
    ),
    foreigners: fc.oneof(
      { arbitrary: fc.constant<readonly Device[]>([]), weight: 8 },
      { arbitrary: fc.constantFrom<readonly Device[]>(["bob1"], ["bob2"], ["alice"]), weight: 1 },
    ),
    mute: fc.oneof(
      { arbitrary: fc.constant<readonly Device[]>([]), weight: 8 },
      { arbitrary: fc.constantFrom<readonly Device[]>(["bob1"], ["bob1", "bob2"], ["alice"]), weight: 1 },
    ),
  })
  .map(({ beginning, steps: story, ...rest }) => {
    let at = Math.max(...beginning.map(happening => happening.at));
    const later = story.map(({ wait, device, what }): Happening => {
      at += wait;
      return { at, device, ...what };
    });
    return { ...rest, happenings: [...beginning, ...later] };
  });

const fairWeathers: fc.Arbitrary<Weather> = fc.record({
  loss: fc.constantFrom(0, 0.05),
  duplication: fc.constantFrom(0, 0.3),
  lateness: fc.constantFrom(0, 0.3),
});

const peaceful = { resolves: true, lag: 0, imposters: [], foreigners: [], mute: [] };

/** Alice and one device of Bob's call each other within a second, and do nothing else. */
export const crossings: fc.Arbitrary<Scenario> = fc
  .record({
    seed: fc.integer({ min: 0, max: 2 ** 31 }),
    weather: fairWeathers,
    prepares: fc.boolean(),
    apart: fc.integer({ min: -900, max: 900 }),
    device: fc.constantFrom<Device>("bob1", "bob2"),
  })
  .map(({ apart, device, ...rest }) => ({
    ...peaceful,
    ...rest,
    happenings: [
      { at: Math.max(0, -apart), device: "alice", act: "dial" },
      { at: Math.max(0, apart), device, act: "dial" },
    ],
  }));

/** Alice calls, and a device of Bob's accepts while it rings. */
export const acceptances: fc.Arbitrary<Scenario> = fc
  .record({
    seed: fc.integer({ min: 0, max: 2 ** 31 }),
    weather: fairWeathers,
    prepares: fc.boolean(),
    at: fc.integer({ min: 12_000, max: 50_000 }),
    device: fc.constantFrom<Device>("bob1", "bob2"),
  })
  .map(({ at, device, ...rest }) => ({
    ...peaceful,
    ...rest,
    happenings: [
      { at: 0, device: "alice", act: "dial" },
      { at, device, act: "accept" },
    ],
  }));
