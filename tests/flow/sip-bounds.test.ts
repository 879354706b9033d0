import { describe, expect, it } from "vitest";
import { type ClientOptions, createSipClient } from "./sip-client.ts";
import { oneOf, type SipText } from "./sip-text.ts";
import { startNode, type TestNode } from "./test-node.ts";

const DOMAIN = "open.example";
const BOB = `sip:bob@${DOMAIN}`;

async function enter(node: TestNode, user: string, options: Partial<ClientOptions> = {}) {
  const client = await createSipClient(node.url, { user, domain: DOMAIN, ...options });
  expect((await client.register()).status).toBe(200);
  return client;
}

/** What the node counts, by name. */
async function figure(node: TestNode, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${node.port}/metrics`)).text();
  const found = new RegExp(`^etherlynk_sip_${name} (\\d+)$`, "m").exec(text);
  if (found === null) throw new Error(`No figure ${name}`);
  return Number(found[1]);
}

describe("bounds of SIP", () => {
  it("calls that nobody answers: 503 to the one who has too many, nothing to anybody else", async () => {
    const node = await startNode({ open: true });
    const [flooder, alice, bob] = [
      await enter(node, "flooder"),
      await enter(node, "alice"),
      await enter(node, "bob"),
    ];
    const invites: SipText[] = [];
    for (let i = 0; i < 300; i++) invites.push(flooder.send("INVITE", BOB));
    const refused = await flooder.final(invites.at(-1) as SipText);
    expect(refused.status).toBe(503);
    expect(oneOf(refused, "Retry-After")).toBe("10");
    for (let i = 0; i < 128; i++) bob.respond(await bob.request("INVITE"), 180);
    const message = alice.send("MESSAGE", BOB);
    const got = await bob.request("MESSAGE");
    expect((await bob.settle()).filter(({ method }) => method === "INVITE")).toEqual([]);
    bob.respond(got, 200);
    await alice.response(message, 200);
    flooder.drop();
    for (let i = 0; i < 128; i++) await bob.request("CANCEL");
  });

  it("large requests that nobody answers: bounded by what they weigh", async () => {
    const node = await startNode({ open: true });
    const [flooder, bob] = [await enter(node, "flooder"), await enter(node, "bob")];
    const invites = Array.from({ length: 40 }, () =>
      flooder.send("INVITE", BOB, { body: "x".repeat(50_000) }),
    );
    expect((await flooder.final(invites.at(-1) as SipText)).status).toBe(503);
    await bob.settle();
    expect(await figure(node, "waiting_bytes")).toBeLessThan(1_200_000);
  });

  it("what waited is forgotten when who asked is gone", async () => {
    const node = await startNode({ open: true });
    const [flooder, bob] = [await enter(node, "flooder"), await enter(node, "bob")];
    for (let i = 0; i < 100; i++) flooder.send("MESSAGE", BOB);
    for (let i = 0; i < 100; i++) await bob.request("MESSAGE");
    expect(await figure(node, "server_transactions")).toBeGreaterThanOrEqual(100);
    flooder.drop();
    await flooder.closed;
    await bob.settle();
    expect(await figure(node, "waiting_bytes")).toBe(0);
  });

  it("devices of one user, and lines of one connection", async () => {
    const node = await startNode({ open: true });
    for (let i = 0; i < 10; i++) await enter(node, "team");
    const eleventh = await createSipClient(node.url, { user: "team", domain: DOMAIN });
    expect((await eleventh.register()).status).toBe(403);
    const phone = await createSipClient(node.url, { user: "line", domain: DOMAIN });
    const answers: number[] = [];
    for (let i = 0; i < 20; i++) {
      const answer = await phone.ask("REGISTER", `sip:${DOMAIN}`, {
        to: `<sip:line${i}@${DOMAIN}>`,
        contact: `${phone.contact};+sip.instance="${phone.instance}"`,
      });
      answers.push(answer.status);
    }
    expect(answers).toEqual([...Array(16).fill(200), ...Array(4).fill(403)]);
  });

  it("a message larger than the wire allows closes its connection, one with too many headers is refused", async () => {
    const node = await startNode({ open: true });
    const [alice, bob] = [await enter(node, "alice"), await enter(node, "bob")];
    const many = Array.from({ length: 200 }, (_, i) => [`X-${i}`, "x"] as const);
    expect((await alice.ask("MESSAGE", BOB, { headers: many })).status).toBe(400);
    alice.send("MESSAGE", BOB, { body: "x".repeat(70_000) });
    expect(await alice.closed).toBe(1009);
    expect(await bob.settle()).toEqual([]);
  });

  it("a request that turns in circles ends: Max-Forwards and loop detection", async () => {
    const node = await startNode({ open: true, domain: DOMAIN });
    const alice = await enter(node, "alice");
    const loop = await alice.ask("OPTIONS", `sip:alice@${DOMAIN};lr`, {
      route: Array.from({ length: 60 }, () => `<sip:${DOMAIN};lr>`),
    });
    expect(loop.status).toBeGreaterThanOrEqual(400);
    await alice.settle();
  });

  it("many at once: two hundred phones register, call in a ring and leave, and nothing is left behind", async () => {
    const node = await startNode({ open: true });
    const count = 200;
    const phones = await Promise.all(
      Array.from({ length: count }, (_, i) =>
        enter(node, `phone${i}`, { localAddress: `127.0.0.${2 + (i % 50)}` }),
      ),
    );
    await Promise.all(
      phones.map(async (phone, i) => {
        const other = phones[(i + 1) % count];
        const invite = phone.send("INVITE", `sip:phone${(i + 1) % count}@${DOMAIN}`);
        const ringing = await other?.request("INVITE");
        if (other === undefined || ringing === undefined) throw new Error("There is somebody.");
        other.respond(ringing, 200);
        const dialog = phone.confirm(invite, await phone.response(invite, 200));
        await other.request("ACK");
        const bye = phone.inDialog("BYE", dialog);
        other.respond(await other.request("BYE"), 200);
        await phone.response(bye, 200);
      }),
    );
    expect(await figure(node, "users")).toBe(count);
    await Promise.all(phones.map(phone => phone.close()));
    for (const name of ["users", "bindings", "server_transactions", "waiting_bytes"]) {
      expect(await figure(node, name), name).toBe(0);
    }
  });
});
