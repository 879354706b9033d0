import { expect, it } from "vitest";
import { parseMessage } from "../protocol/sip/parse-message.ts";
import { createInvites, inviteBytes } from "./sip-invite.ts";
import { type Hop, hops } from "./sip-peers.ts";

it("every message has the size that is told, and no two are alike", () => {
  const invites = createInvites(64);
  for (const invite of invites) expect(invite.length).toBe(inviteBytes);
  expect(new Set(invites.map(String)).size).toBe(64);
});

it.each(Object.entries<Hop>(hops))("%s does the whole hop", (_name, hop) => {
  const [invite] = createInvites(1);
  if (invite === undefined) throw new Error("There is no message.");
  const before = parseMessage(invite.toString("latin1"));
  const after = parseMessage(hop(invite).toString("latin1"));
  expect(after.body).toBe(before.body);
  const values = (message: typeof after, key: string) =>
    message.headers.filter(line => line.key === key).flatMap(line => line.value.split(/, ?/));
  expect(values(after, "via")).toEqual([
    expect.stringMatching(/^SIP\/2\.0\/WS node7/),
    ...values(before, "via"),
  ]);
  expect(values(after, "max-forwards")).toEqual(["69"]);
  for (const key of ["from", "to", "call-id", "cseq", "contact", "route", "supported"]) {
    expect(values(after, key), key).toEqual(values(before, key));
  }
});
