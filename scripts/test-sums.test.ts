import { expect, it } from "vitest";
import { sumUp } from "./test-sums.ts";

const report = (...tests: [fullName: string, status: string][]) => ({
  testResults: [
    {
      name: "a.test.ts",
      status: tests.some(([, status]) => status === "failed") ? "failed" : "passed",
      assertionResults: tests.map(([fullName, status]) => ({ fullName, status })),
    },
  ],
});

it("counts what passed and what failed", () => {
  expect(sumUp(report(["a", "passed"], ["b", "failed"], ["c", "passed"]), {})).toMatchObject({
    passed: 2,
    failed: 1,
    skipped: 0,
  });
});

it("lets a skipped test pass only with a reason", () => {
  const skipped = report(["torture badinv01", "pending"], ["forgotten", "skipped"]);
  const sums = sumUp(skipped, { "torture ": "the vectors stand beside the checkout" });
  expect(sums).toMatchObject({ passed: 0, failed: 1, skipped: 1 });
  expect(sums.lines).toEqual([
    "skipped: torture badinv01: the vectors stand beside the checkout",
    "skipped without leave, so failed: forgotten",
  ]);
});

it("counts a file that could not be collected as a failure", () => {
  const broken = {
    testResults: [{ name: "b.test.ts", status: "failed", message: "no such import", assertionResults: [] }],
  };
  expect(sumUp(broken, {})).toMatchObject({ passed: 0, failed: 1 });
});
