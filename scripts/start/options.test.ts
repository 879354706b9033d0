import { expect, it } from "vitest";
import { readOptions } from "./options.ts";

it("a run for people is at the port where phones look, a scripted one at any", () => {
  expect(readOptions([])).toMatchObject({ headless: false, port: 9000, fresh: false });
  expect(readOptions(["--headless"])).toMatchObject({ headless: true, port: 0 });
  expect(readOptions(["--headless", "--port", "8090"])).toMatchObject({ port: 8090 });
});

it.each([["--port", "70000"], ["--port", "x"], ["--quick"], ["here"]])(
  "%s %s is refused, with the options there are",
  (...args) => {
    expect(() => readOptions(args)).toThrow(/--port NUMBER/);
  },
);
