import { describe, expect, it } from "vitest";
import { formatMetrics } from "./metrics.ts";

describe("metrics", () => {
  it("are written in Prometheus's text format, with one head per name", () => {
    const text = formatMetrics([
      { name: "a_total", kind: "counter", help: "How many.", value: 3, labels: { reason: 'slow "reader"' } },
      { name: "a_total", kind: "counter", help: "How many.", value: 4, labels: { reason: "flood" } },
      { name: "b", kind: "gauge", help: "How much.", value: 0.5 },
    ]);
    expect(text).toBe(
      [
        "# HELP a_total How many.",
        "# TYPE a_total counter",
        'a_total{reason="slow \\"reader\\""} 3',
        'a_total{reason="flood"} 4',
        "# HELP b How much.",
        "# TYPE b gauge",
        "b 0.5",
        "",
      ].join("\n"),
    );
  });
});
