import { expect, it } from "vitest";
import { createTestPhone } from "./test-phone.ts";
import { startTwoNodes } from "./two-nodes.ts";

it("phones of two closed domains talk, proven to each other through both nodes", async () => {
  const { one, two } = await startTwoNodes({ open: false });
  const [alice, bob] = await Promise.all([
    createTestPhone({ urls: [one.url], domain: "one.example" }),
    createTestPhone({ urls: [two.url], domain: "two.example" }),
  ]);
  const id = alice.kit.dial(`sip:${bob.person.account}@two.example`);
  await bob.until(({ call }) => call.state.kind === "ringing-in" && call.state.alerting);
  bob.kit.accept(id);
  const [here, there] = await Promise.all([alice.reach("active"), bob.reach("active")]);
  expect([here.call.proof, there.call.proof]).toEqual(["proven", "proven"]);
  expect([here.call.peer, there.call.peer]).toEqual([bob.person.account, alice.person.account]);
  bob.kit.tell(id, "hang-up");
  await Promise.all([alice.reach("ended"), bob.reach("ended")]);
});
