import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classifyDestination } from "./destination.ts";

describe("classifyDestination", () => {
  it.each([
    ["3f0a7a0e-8d1c-4d3f-9a53-0d2e6d1f7c11", "peer"],
    ["bob", "peer"],
    ["12345", "peer"],
    ["sip:bob", "address"],
    ["sip:bob@127.0.0.1:9000", "address"],
    ["bob@node.example", "address"],
    ["alice.eth", "address"],
    ["+999 1234 5678", "address"],
    ["999 1234 5678", "address"],
    ["0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "address"],
    ["0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Bead", undefined],
    ["999", undefined],
    ["", undefined],
    ["<script>", undefined],
  ])("sorts %s as %s", (dst, kind) => {
    expect(classifyDestination(dst)?.kind).toBe(kind);
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), dst => {
        classifyDestination(dst);
      }),
    );
  });
});
