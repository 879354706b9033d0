import { describe, expect, it } from "vitest";
import type { SipCore } from "../sip/sip-core.ts";
import type { Wire } from "../wire.ts";
import { LinkFlow, type Side } from "./link-flow.ts";

class TestWire implements Wire {
  readonly id = 0;
  readonly address = "192.0.2.1";
  closed = false;
  reason = "";

  send(): boolean {
    return !this.closed;
  }

  close(_: number, reason: string): void {
    this.closed = true;
    this.reason = reason;
  }
}

function createFlow(own: string, domain: string) {
  const forgotten: unknown[] = [];
  const core = { forget: (flow: unknown) => forgotten.push(flow) } as unknown as SipCore;
  return { flow: new LinkFlow(-1, domain, { own, core }), forgotten };
}

/** Which of the two wires stays when both nodes have dialled, the first one's first or last. */
function cross(own: string, domain: string, order: readonly Side[]): Side | undefined {
  const { flow } = createFlow(own, domain);
  const wires = order.map(side => ({ side, wire: new TestWire() }));
  for (const { side, wire } of wires) flow.connect(wire, side);
  const open = wires.filter(({ wire }) => !wire.closed);
  expect(open).toHaveLength(1);
  return open[0]?.side;
}

describe("two connections between two nodes", () => {
  it("that cross: both nodes keep the same one, whatever comes first", () => {
    for (const order of [
      ["us", "them"],
      ["them", "us"],
    ] as const) {
      expect(cross("a.example", "b.example", order)).toBe("us");
      expect(cross("b.example", "a.example", order)).toBe("them");
    }
  });

  it("of one side: the newer stays, for the other side has lost the older", () => {
    const { flow, forgotten } = createFlow("a.example", "b.example");
    const [older, newer] = [new TestWire(), new TestWire()];
    flow.connect(older, "them");
    flow.connect(newer, "them");
    expect([older.closed, newer.closed]).toEqual([true, false]);
    expect(flow.disconnect(older)).toBe(false);
    expect([flow.closed, forgotten]).toEqual([false, []]);
    expect(flow.disconnect(newer)).toBe(true);
    expect([flow.closed, forgotten]).toEqual([true, [flow]]);
  });

  it("one of which is dead: the living one stays", () => {
    const { flow } = createFlow("a.example", "b.example");
    const [dead, living] = [new TestWire(), new TestWire()];
    flow.connect(dead, "us");
    dead.closed = true;
    flow.connect(living, "them");
    expect(living.closed).toBe(false);
    expect(flow.disconnect(dead)).toBe(false);
    expect(flow.closed).toBe(false);
  });
});
