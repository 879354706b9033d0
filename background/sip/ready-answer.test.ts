import { describe, expect, it } from "vitest";
import { createClock } from "../base/clock.ts";
import { createFakeTime } from "../base/fake-clock.suite.ts";
import { ReadyAnswer } from "./ready-answer.ts";

function setUp() {
  const fake = createFakeTime();
  const signed: (string | undefined)[] = [];
  const ready = new ReadyAnswer(createClock(fake), async offer => {
    signed.push(offer);
    if (offer === "broken") throw new Error("Not sealed");
    return { headers: [], ...(offer !== undefined && { body: `${offer} ${signed.length}` }) };
  });
  return { fake, signed, ready };
}

describe("an answer made ready while it rings", () => {
  it("is what is sent, once", async () => {
    const { ready, signed } = setUp();
    ready.make("offer");
    expect(await ready.take("offer")).toMatchObject({ body: "offer 1" });
    expect(await ready.take("offer")).toMatchObject({ body: "offer 2" });
    expect(signed).toEqual(["offer", "offer"]);
  });

  it("is not sent with another offer, without one, or long after it was signed", async () => {
    const { ready, fake } = setUp();
    ready.make("offer");
    expect(await ready.take("other")).toMatchObject({ body: "other 2" });
    ready.make("offer");
    expect(await ready.take(undefined)).toEqual({ headers: [] });
    ready.make("offer");
    fake.advance(20_001);
    expect(await ready.take("offer")).toMatchObject({ body: "offer 6" });
  });

  it("fails only for whoever sends it", async () => {
    const { ready } = setUp();
    ready.make("broken");
    await expect(ready.take("broken")).rejects.toThrow("Not sealed");
  });
});
