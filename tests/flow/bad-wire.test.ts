import { describe, expect, it, onTestFinished } from "vitest";
import { type Rule, startWireProxy, type WireProxy } from "../e2e/wire-proxy.ts";
import { everything, firstOf } from "../e2e/wire-rules.ts";
import { createSipClient, type SipClient } from "./sip-client.ts";
import { cseqOf, oneOf, type SipText } from "./sip-text.ts";
import { startNode } from "./test-node.ts";

const DOMAIN = "open.example";
const BOB = `sip:bob@${DOMAIN}`;

interface Party {
  readonly client: SipClient;
  readonly wire: WireProxy;
  /** Every request it got, copies included. */
  readonly got: SipText[];
}

/** Two clients, each behind a wire of its own that can be made bad. */
async function startBehindWires(): Promise<{ alice: Party; bob: Party }> {
  const node = await startNode({ open: true });
  const enter = async (user: string): Promise<Party> => {
    const wire = await startWireProxy(node.url.replace(/\/$/, ""));
    onTestFinished(() => wire.close());
    const got: SipText[] = [];
    const client = await createSipClient(wire.url, {
      user,
      domain: DOMAIN,
      onWire: (way, message) => {
        if (way === "<" && message.method !== "") got.push(message);
      },
    });
    expect((await client.register()).status).toBe(200);
    return { client, wire, got };
  };
  return { alice: await enter("alice"), bob: await enter("bob") };
}

/** A call from Alice that Bob answers, and a hang-up of Bob's. */
async function wholeCall({ client: alice }: Party, { client: bob }: Party): Promise<void> {
  const invite = alice.send("INVITE", BOB);
  const ringing = await bob.request("INVITE");
  bob.respond(ringing, 180);
  await alice.response(invite, 180);
  bob.respond(ringing, 200);
  alice.confirm(invite, await alice.response(invite, 200));
  await bob.request("ACK");
  const bye = bob.inDialog("BYE", bob.answered(ringing));
  alice.respond(await alice.request("BYE"), 200);
  await bob.response(bye, 200);
}

/** How often a request came that was not its own copy on the last wire: by its branch, which the node chose. */
function distinct(got: readonly SipText[], method: string): number {
  return new Set(got.filter(it => it.method === method).map(it => oneOf(it, "Via"))).size;
}

const late: Rule = everything({ delayMs: 60 });

describe("a bad wire", () => {
  it.each<[string, Rule, Rule]>([
    ["every message of the caller comes twice", everything({ copies: 2 }), everything({})],
    ["every message of the callee comes three times", everything({}), everything({ copies: 3 })],
    ["every message comes twice on both wires", everything({ copies: 2 }), everything({ copies: 2 })],
    ["every message is late", late, late],
    ["the ringing is lost, and the answer comes", firstOf("100 INVITE", { copies: 0 }), everything({})],
  ])("%s: nothing rings or ends twice", async (_, alices, bobs) => {
    const { alice, bob } = await startBehindWires();
    alice.wire.obey(alices);
    bob.wire.obey(bobs);
    await wholeCall(alice, bob);
    alice.wire.obey(everything({}));
    bob.wire.obey(everything({}));
    await alice.client.settle();
    await bob.client.settle();
    expect(distinct(bob.got, "INVITE")).toBe(1);
    expect(distinct(alice.got, "BYE")).toBe(1);
    expect(distinct(bob.got, "CANCEL")).toBe(0);
  });

  it("an INVITE that comes once more long after it was declined rings nobody", async () => {
    const { alice, bob } = await startBehindWires();
    const invite = alice.client.send("INVITE", BOB);
    bob.client.respond(await bob.client.request("INVITE"), 603);
    const refused = await alice.client.response(invite, 603);
    alice.client.send("ACK", BOB, {
      branch: /branch=([^;]+)/.exec(oneOf(invite, "Via"))?.[1] ?? "",
      callId: oneOf(invite, "Call-ID"),
      from: oneOf(invite, "From"),
      to: oneOf(refused, "To"),
      seq: cseqOf(invite).seq,
      contact: null,
    });
    await alice.client.settle();
    const { start, headers, body } = invite;
    alice.client.write(
      `${start}\r\n${headers.map(([name, value]) => `${name}: ${value}`).join("\r\n")}\r\n\r\n${body}`,
    );
    await alice.client.settle();
    await bob.client.settle();
    expect(distinct(bob.got, "INVITE")).toBe(1);
  });

  it("a lost 200 is sent again by the callee, and passed on again by the node", async () => {
    const { alice, bob } = await startBehindWires();
    alice.wire.obey(firstOf("200 INVITE", { copies: 0 }));
    const invite = alice.client.send("INVITE", BOB);
    const ringing = await bob.client.request("INVITE");
    bob.client.respond(ringing, 200);
    await bob.client.settle();
    await alice.client.settle();
    bob.client.respond(ringing, 200);
    alice.client.confirm(invite, await alice.client.response(invite, 200));
    await bob.client.request("ACK");
  });

  it("a connection that is cut and comes back is the same device: calls find it again", async () => {
    const { alice, bob } = await startBehindWires();
    bob.wire.cut();
    await bob.client.closed;
    const back = await createSipClient(bob.wire.url, { user: "bob", domain: DOMAIN, ...bob.client.identity });
    expect((await back.register()).status).toBe(200);
    const message = alice.client.send("MESSAGE", BOB);
    back.respond(await back.request("MESSAGE"), 200);
    await alice.client.response(message, 200);
  });

  it("a half-open connection does not keep a device from coming back by another one", async () => {
    const { alice, bob } = await startBehindWires();
    bob.wire.cutPageSide();
    await bob.client.closed;
    const back = await createSipClient(bob.wire.url, { user: "bob", domain: DOMAIN, ...bob.client.identity });
    expect((await back.register()).status).toBe(200);
    const invite = alice.client.send("INVITE", BOB);
    back.respond(await back.request("INVITE"), 486);
    await alice.client.response(invite, 486);
  });
});
