import { describe, expect, it } from "vitest";
import { type DialogForks, type ForkEffect, type ForkEvent, openForks, stepForks } from "./dialog-forks.ts";
import { sampleRequest, sampleResponse } from "./samples.suite.ts";

const invite = sampleRequest();

/** `180 a`: from the device whose To tag is `a`. */
function toEvent(word: string): ForkEvent {
  const [what = "", toTag = ""] = word.split(" ");
  if (what === "fail") return { type: "fail" };
  if (what === "64*T1") return { type: "timer", timer: "forks" };
  const response = sampleResponse(invite, Number(what), { toTag });
  const headers =
    toTag === ""
      ? response.headers.map(header => ({ ...header, value: header.value.replace(";tag=", "") }))
      : response.headers;
  return { type: "response", response: { ...response, headers } };
}

function told(effect: ForkEffect): string {
  switch (effect.do) {
    case "open":
    case "release":
    case "drop":
      return `${effect.do} ${effect.tag}`;
    case "pass":
      return `pass ${effect.response.status} ${effect.tag}`;
    case "start-timer":
      return `${effect.timer} ${effect.ms}`;
    case "stop-timer":
      return `no ${effect.timer}`;
  }
}

describe("dialogs of a forked INVITE (RFC 3261 §13.2.2.4)", () => {
  const rows: [path: string, effects: string[]][] = [
    ["ringing->180->ringing", []],
    ["ringing->180 a->ringing", ["open a", "pass 180 a"]],
    ["ringing->180 a->ringing->183 a->ringing", ["pass 183 a"]],
    ["ringing->180 a->ringing->180 b->ringing", ["open b", "pass 180 b"]],
    ["ringing->200 a->answered", ["open a", "pass 200 a", "forks 32000"]],
    ["ringing->180 a->ringing->200 a->answered", ["pass 200 a", "forks 32000"]],
    ["ringing->180 a->ringing->200 a->answered->200 a->answered", ["pass 200 a"]],
    ["ringing->180 a->ringing->200 a->answered->180 b->answered", []],
    ["ringing->180 a->ringing->200 a->answered->200 b->answered", ["open b", "pass 200 b", "release b"]],
    ["ringing->180 b->ringing->200 a->answered->200 b->answered", ["pass 200 b", "release b"]],
    ["ringing->180 b->ringing->200 a->answered->200 b->answered->200 b->answered", ["pass 200 b"]],
    ["ringing->180 b->ringing->200 a->answered->64*T1->over", ["drop b"]],
    ["ringing->180 b->ringing->200 a->answered->200 b->answered->64*T1->over", []],
    ["ringing->180 a->ringing->180 b->ringing->486 b->over", ["pass 486 a", "pass 486 b"]],
    ["ringing->180 a->ringing->fail->over", ["drop a"]],
    ["ringing->180 a->ringing->fail->over->200 a->over", []],
    ["ringing->64*T1->ringing", []],
  ];
  it.each(rows)("%s", (path, effects) => {
    const words = path.split("->");
    let forks: DialogForks = openForks();
    let last: readonly ForkEffect[] = [];
    expect(forks.name).toBe(words[0]);
    for (let i = 1; i < words.length; i += 2) {
      [forks, last] = stepForks(forks, toEvent(words[i] ?? ""));
      expect(forks.name).toBe(words[i + 1]);
    }
    expect(last.map(told)).toEqual(effects);
  });

  it("a flood of devices is bounded, and one that answers is still released", () => {
    let forks = openForks();
    let opened = 0;
    for (let device = 0; device < 1_000; device += 1) {
      const [next, effects] = stepForks(forks, toEvent(`180 tag${device}`));
      forks = next;
      opened += effects.filter(effect => effect.do === "open").length;
    }
    expect(opened).toBe(64);
    [forks] = stepForks(forks, toEvent("200 tag1"));
    const [, effects] = stepForks(forks, toEvent("200 tag999"));
    expect(effects.map(told)).toEqual(["open tag999", "pass 200 tag999", "release tag999"]);
  });
});
