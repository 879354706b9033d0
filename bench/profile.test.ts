import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { toHotspots, toRooms } from "./profile.ts";

const ours = new URL("../signaller/sip/router.ts", import.meta.url).href;
const nodes = [
  { id: 1, callFrame: { functionName: "(idle)", url: "", lineNumber: -1 } },
  { id: 2, callFrame: { functionName: "writeBuffer", url: "", lineNumber: -1 } },
  { id: 3, callFrame: { functionName: "route", url: ours, lineNumber: 9 } },
  { id: 4, callFrame: { functionName: "emit", url: "node:events", lineNumber: 1 } },
  { id: 5, callFrame: { functionName: "", url: ours, lineNumber: 19 } },
  { id: 6, callFrame: { functionName: "(garbage collector)", url: "", lineNumber: -1 } },
];
const profile = {
  nodes,
  samples: [1, 2, 3, 2, 4, 5, 6],
  timeDeltas: [9000, 2000, 1000, 3000, 2000, 1000, 1000],
};

describe("a CPU profile", () => {
  it("gives self time by function, without idling, the hottest first", () => {
    expect(toHotspots(profile)[0]).toEqual({ place: "writeBuffer", milliseconds: 5, share: 0.5 });
    expect(toHotspots(profile).map(({ place }) => place)).toEqual([
      "writeBuffer",
      "emit node:events:2",
      "route signaller/sip/router.ts:10",
      "(anonymous) signaller/sip/router.ts:20",
      "(garbage collector)",
    ]);
    expect(fileURLToPath(ours)).toContain("signaller/sip/router.ts");
  });

  it("gives the same by room", () => {
    expect(toRooms(toHotspots(profile)).map(({ place, share }) => [place, share])).toEqual([
      ["writeBuffer: send(2)", 0.5],
      ["node", 0.2],
      ["signaller/sip/", 0.2],
      ["(garbage collector)", 0.1],
    ]);
  });
});
