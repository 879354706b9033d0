import { describe, expect, it } from "vitest";
import { drawTone, type ToneName } from "./tones.ts";

const names: readonly ToneName[] = ["classic", "soft", "pulse", "ringback", "waiting"];

describe.each(names)("%s", name => {
  const samples = drawTone(name, 48_000);

  it("is within what a loudspeaker takes, and loud enough to be heard", () => {
    const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    expect(loudest).toBeGreaterThan(0.1);
    expect(loudest).toBeLessThanOrEqual(1);
  });

  it("begins and ends in silence, so that its repetition makes no click", () => {
    expect(samples.at(0)).toBe(0);
    expect(Math.abs(samples.at(-1) ?? 1)).toBeLessThan(0.05);
  });

  it("has no jump between two samples but those of its own waves", () => {
    const jumps = samples.slice(1).map((sample, at) => Math.abs(sample - (samples[at] ?? 0)));
    expect(jumps.reduce((most, jump) => Math.max(most, jump), 0)).toBeLessThan(0.12);
  });
});

it("ringback is one second of sound in five", () => {
  const samples = drawTone("ringback", 1_000);
  expect(samples.length).toBe(5_000);
  const sounding = samples.filter(sample => sample !== 0).length;
  expect(sounding).toBeGreaterThan(900);
  expect(sounding).toBeLessThanOrEqual(1_000);
});
