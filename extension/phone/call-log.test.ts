import { expect, it, vi } from "vitest";
import type { Resolved } from "../../background/chain/resolved.ts";
import type { CallRecord } from "../../background/phone/ports.ts";
import { incomingCall } from "../../protocol/call/call-samples.suite.ts";
import { createCallLog } from "./call-log.ts";

const found = {
  chain: { id: 31337, name: "Local" },
  name: "bob.eth",
  proofs: { ownsName: true, nameAndAccount: "both", nameAndNumber: "none" },
} as unknown as Resolved;

const { id, peer, direction, context } = incomingCall;
const times = { began: 1, connected: undefined, ended: 3 };
const facts = { id, address: peer, context, ...times };

it.each([
  ["proven", "bob.eth"],
  // A name that was only claimed is nobody's.
  ["waived", undefined],
] as const)("a call that came in with its proof %s is in the log under %s", async (proof, title) => {
  const write = vi.fn(() => Promise.resolve());
  const call = { ...incomingCall, proof };
  const record: CallRecord = { ...facts, call, isGuest: false, doubt: undefined, found };
  const log = createCallLog({ write }, () => [record]);
  const entry = { ...facts, direction, peer, proof, reason: "no-answer", talked: false } as const;
  await log.write(entry);
  expect(write).toHaveBeenCalledWith({ ...entry, title });
});

it("a call that the phone has forgotten is in the log all the same", async () => {
  const write = vi.fn(() => Promise.resolve());
  const entry = { ...facts, direction, peer, proof: "none", reason: "no-answer", talked: false } as const;
  await createCallLog({ write }, () => []).write(entry);
  expect(write).toHaveBeenCalledWith(entry);
});
