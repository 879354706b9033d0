import { defineConfig } from "vitest/config";

// pure: protocol/, no I/O. rooms: one room with its real parts. cross: several rooms together.
// browser: real browsers; one file at a time, because two browser suites starve each other.
export default defineConfig({
  test: {
    projects: [
      // Property tests take a second on a quiet machine; a busy one is no reason to fail.
      {
        test: {
          name: "pure",
          include: ["protocol/**/*.test.ts"],
          testTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: "rooms",
          include: [
            "signaller/**/*.test.ts",
            "services/**/*.test.ts",
            "background/**/*.test.ts",
            "content/**/*.test.ts",
            "extension/**/*.test.ts",
            "scripts/**/*.test.ts",
            "bench/**/*.test.ts",
            "tests/shape/**/*.test.ts",
            "tests/vectors/**/*.test.ts",
          ],
          testTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: "cross",
          include: ["tests/flow/**/*.test.ts", "tests/faults/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 30_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: "browser",
          include: ["tests/e2e/**/*.test.ts", "tests/interop/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
