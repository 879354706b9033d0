import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { randomPrivateKey } from "ox/Secp256k1";
import { describe, expect, it, onTestFinished } from "vitest";
import { digestDelegation, toScopeBits } from "../../protocol/words/delegation.ts";
import { authorize, createDevice, type Device, type DeviceOptions, prove, registering } from "./device.ts";
import { createInbox } from "./inbox.ts";
import { createSipClient, type SipClient } from "./sip-client.ts";
import { allOf, oneOf, type SipText } from "./sip-text.ts";
import { startNode, type TestNode } from "./test-node.ts";

const DOMAIN = "closed.example";
const now = () => Math.floor(Date.now() / 1_000);

function startClosed(config = {}) {
  return startNode({ domain: DOMAIN, ...config });
}

async function connect(node: TestNode, device: Device): Promise<SipClient> {
  return createSipClient(node.url, { user: device.account, domain: DOMAIN });
}

async function enter(node: TestNode, options: DeviceOptions = {}) {
  const device = createDevice(options);
  const client = await connect(node, device);
  const answer = await prove(client, device, registering(client, device, DOMAIN));
  expect(answer.status).toBe(200);
  return { device, client, answer };
}

async function tryToEnter(node: TestNode, device: Device): Promise<SipText> {
  const client = await connect(node, device);
  return prove(client, device, registering(client, device, DOMAIN));
}

/** A chain that answers `eth_call` with what it is told, or never. */
async function startChain(answer: () => string | undefined) {
  const calls: { to: string; data: string }[] = [];
  const waiting = createInbox<number>(String);
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", chunk => {
      body += String(chunk);
    });
    request.on("end", () => {
      calls.push(JSON.parse(body).params[0]);
      waiting.push(calls.length);
      const result = answer();
      if (result !== undefined) response.end(JSON.stringify({ jsonrpc: "2.0", id: 1, result }));
    });
  });
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  onTestFinished(stop);
  return {
    id: 31_337,
    rpc: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    asked: (count: number) => waiting.take(`question ${count}`, number => number >= count),
    stop,
  };
}

describe("a closed domain admits", () => {
  it("an account whose wallet allowed the device, after a challenge that tells the time", async () => {
    const node = await startClosed();
    const device = createDevice();
    const client = await connect(node, device);
    const request = registering(client, device, DOMAIN);
    const challenged = await client.ask("REGISTER", request.uri, request);
    expect(challenged.status).toBe(401);
    const challenge = oneOf(challenged, "WWW-Authenticate");
    expect(challenge).toMatch(/^Etherlynk realm="closed\.example", nonce="[\w-]{20,}", ts="\d{10}"$/);
    expect(Math.abs(Number(/ts="(\d+)"/.exec(challenge)?.[1]) - now())).toBeLessThan(5);
    const answer = await prove(client, device, request);
    expect(answer.status).toBe(200);
    expect(allOf(answer, "Contact")).toHaveLength(1);
    expect(oneOf(answer, "Contact")).toContain(`pub-gruu="sip:${device.account}@${DOMAIN};gr=urn:uuid:`);
  });

  it("two accounts that then call each other, each asserted to the other", async () => {
    const node = await startClosed();
    const [alice, bob] = [await enter(node), await enter(node)];
    const uri = `sip:${bob.device.account.toUpperCase().replace("0X", "0x")}@${DOMAIN}`;
    const invite = alice.client.send("INVITE", uri, {
      headers: [
        ["P-Asserted-Identity", "<sip:somebody.else@closed.example>"],
        ["P-Preferred-Identity", "<sip:somebody.else@closed.example>"],
      ],
    });
    const ringing = await bob.client.request("INVITE");
    expect(allOf(ringing, "P-Asserted-Identity")).toEqual([`<sip:${alice.device.account}@${DOMAIN}>`]);
    expect(oneOf(ringing, "P-Preferred-Identity")).toBe("");
    bob.client.respond(ringing, 200, { headers: [["P-Asserted-Identity", "<sip:mallory@closed.example>"]] });
    const ok = await alice.client.response(invite, 200);
    expect(oneOf(ok, "P-Asserted-Identity")).toBe("");
    const dialog = alice.client.confirm(invite, ok);
    await bob.client.request("ACK");
    const bye = alice.client.inDialog("BYE", dialog);
    bob.client.respond(await bob.client.request("BYE"), 200);
    await alice.client.response(bye, 200);
  });

  it("a call without a registration, proven by itself", async () => {
    const node = await startClosed();
    const bob = await enter(node);
    const device = createDevice();
    const client = await connect(node, device);
    const calling = prove(client, device, {
      method: "INVITE",
      uri: `sip:${bob.device.account}@${DOMAIN}`,
      from: `<sip:${device.account}@${DOMAIN}>;tag=1`,
    });
    bob.client.respond(await bob.client.request("INVITE"), 486);
    expect((await calling).status).toBe(486);
  });

  it("several devices of one account, and several accounts of one phone", async () => {
    const node = await startClosed();
    const wallet = randomPrivateKey();
    const one = await enter(node, { wallet });
    const two = await enter(node, { wallet });
    expect(allOf(two.answer, "Contact")).toHaveLength(2);
    const second = createDevice();
    const line = registering(one.client, second, DOMAIN);
    const answer = await prove(one.client, second, {
      ...line,
      from: `<sip:${second.account}@${DOMAIN}>;tag=2`,
    });
    expect(answer.status).toBe(200);
    for (const { account } of [one.device, second]) {
      const from = `<sip:${account}@${DOMAIN}>;tag=3`;
      const ask = await one.client.ask("OPTIONS", `sip:${DOMAIN}`, { from });
      expect(ask.status).toBe(200);
    }
  });

  it("a refresh without a new signature, for the connection is the proof", async () => {
    const node = await startClosed();
    const { client, device } = await enter(node);
    const again = registering(client, device, DOMAIN);
    expect((await client.ask("REGISTER", again.uri, { ...again, seq: 9 })).status).toBe(200);
  });
});

describe("a closed domain refuses", () => {
  const wallet = randomPrivateKey();
  it.each<[string, DeviceOptions, RegExp]>([
    ["a delegation that has ended", { over: { issued: now() - 500, expiry: now() - 5 } }, /ended/],
    ["one that begins tomorrow", { over: { issued: now() + 90_000, expiry: now() + 99_000 } }, /clock/],
    ["one that lasts for ever", { over: { expiry: now() + 900 * 86_400 } }, /longer than a year/],
    ["one without the right to register", { over: { scopes: toScopeBits(["invite"]) } }, /not allowed/],
    ["one of another chain", { chainId: 5 }, /another chain/],
    ["one of an old epoch", { over: { accountEpoch: 3 } }, /ended the permissions/],
    ["one that another wallet signed", { wallet, account: `0x${"ab".repeat(20)}` }, /wallet/],
    ["one that nobody signed", { signature: `0x${"00".repeat(65)}` }, /wallet/],
    ["a smart account, where no chain can be asked", { signature: `0x${"ab".repeat(300)}` }, /wallet/],
  ])("%s", async (_, options, words) => {
    const node = await startClosed();
    const answer = await tryToEnter(node, createDevice(options));
    expect(answer.status).toBe(403);
    expect(oneOf(answer, "Warning")).toMatch(words);
  });

  it("another device that shows the delegation", async () => {
    const node = await startClosed();
    const [mine, theirs] = [createDevice(), createDevice()];
    const answer = await tryToEnter(node, { ...theirs, privateKey: mine.privateKey });
    expect(answer.status).toBe(403);
    expect(oneOf(answer, "Warning")).toMatch(/device did not sign/);
  });

  it("an account other than the delegation's", async () => {
    const node = await startClosed();
    const [mine, theirs] = [createDevice(), createDevice()];
    const client = await connect(node, theirs);
    const answer = await prove(client, mine, registering(client, theirs, DOMAIN));
    expect(answer.status).toBe(403);
    expect(oneOf(answer, "Warning")).toMatch(/another account/);
  });

  it("a phone that does not speak etherlynk.v1, before anything else", async () => {
    const node = await startClosed();
    const device = createDevice();
    const client = await connect(node, device);
    const answer = await client.ask("REGISTER", `sip:${DOMAIN}`, {
      ...registering(client, device, DOMAIN),
      headers: [],
    });
    expect(answer.status).toBe(421);
    expect(oneOf(answer, "Require")).toBe("etherlynk.v1");
  });

  it("a requirement that it does not know", async () => {
    const node = await startClosed();
    const { client, device } = await enter(node);
    const answer = await client.ask("REGISTER", `sip:${DOMAIN}`, {
      ...registering(client, device, DOMAIN),
      seq: 50,
      headers: [
        ["Supported", "etherlynk.v1"],
        ["Require", "etherlynk.v1, telepathy, gruu"],
      ],
    });
    expect(answer.status).toBe(420);
    expect(oneOf(answer, "Unsupported")).toBe("telepathy");
  });

  it.each([
    ["a name", "sip:alice.eth@closed.example", 403],
    ["a number", "sip:+99912345678@closed.example", 403],
    ["a plain user", "sip:alice@closed.example", 403],
    ["somebody elsewhere", `sip:0x${"ab".repeat(20)}@elsewhere.example`, 404],
  ])("the registration of %s, in words", async (_, aor, status) => {
    const node = await startClosed();
    const device = createDevice();
    const client = await connect(node, device);
    const answer = await prove(client, device, { ...registering(client, device, DOMAIN), to: `<${aor}>` });
    expect(answer.status).toBe(status);
    expect(oneOf(answer, "Warning")).toMatch(/\w+ .*\./);
  });

  it("calls of strangers, and calls in somebody else's name", async () => {
    const node = await startClosed();
    const [alice, bob] = [await enter(node), await enter(node)];
    const stranger = await connect(node, createDevice());
    const uri = `sip:${bob.device.account}@${DOMAIN}`;
    expect((await stranger.ask("INVITE", uri)).status).toBe(401);
    expect(
      (await stranger.ask("MESSAGE", uri, { from: "<sip:anonymous@anonymous.invalid>;tag=1" })).status,
    ).toBe(403);
    stranger.send("ACK", uri);
    const forged = await alice.client.ask("INVITE", uri, {
      from: `<sip:${bob.device.account}@${DOMAIN}>;tag=1`,
    });
    expect(forged.status).toBe(401);
    const alien = await alice.client.ask("INVITE", uri, {
      from: `<sip:${alice.device.account}@elsewhere.example>;tag=1`,
    });
    expect(alien.status).toBe(403);
    expect(await bob.client.settle()).toEqual([]);
  });

  it("what the device may not do", async () => {
    const node = await startClosed();
    const alice = await enter(node, { over: { scopes: toScopeBits(["register", "message"]) } });
    const bob = await enter(node);
    const answer = await alice.client.ask("INVITE", `sip:${bob.device.account}@${DOMAIN}`);
    expect(answer.status).toBe(403);
    expect(oneOf(answer, "Warning")).toMatch(/not allowed/);
  });
});

describe("challenges", () => {
  it("are answered once, and by the connection that got them", async () => {
    const node = await startClosed();
    const device = createDevice();
    const client = await connect(node, device);
    const request = { ...registering(client, device, DOMAIN), callId: "call", seq: 7, fromTag: "t" };
    const challenged = await client.ask("REGISTER", request.uri, request);
    const sent = client.send("OPTIONS", `sip:${DOMAIN}`, request);
    await client.final(sent);
    const authorization = authorize(device, challenged, { ...sent, method: "REGISTER" });
    const proof = { ...request, headers: [...request.headers, ["Authorization", authorization] as const] };
    const thief = await connect(node, device);
    expect((await thief.ask("REGISTER", request.uri, proof)).status).toBe(401);
    expect((await client.ask("REGISTER", request.uri, proof)).status).toBe(200);
    const other = await connect(node, device);
    expect((await other.ask("REGISTER", request.uri, proof)).status).toBe(401);
  });

  it("do not let a changed request through", async () => {
    const node = await startClosed();
    const device = createDevice();
    const client = await connect(node, device);
    const request = { ...registering(client, device, DOMAIN), callId: "call", seq: 7, fromTag: "t" };
    const challenged = await client.ask("REGISTER", request.uri, request);
    const sent = client.send("OPTIONS", `sip:${DOMAIN}`, request);
    await client.final(sent);
    const authorization = authorize(device, challenged, { ...sent, method: "REGISTER" });
    const answer = await client.ask("REGISTER", request.uri, {
      ...request,
      contact: `<sip:thief@thief.invalid>;expires=600`,
      headers: [...request.headers, ["Authorization", authorization]],
    });
    expect(answer.status).toBe(403);
  });

  it("keep the order of what a connection sends while they are checked", async () => {
    const node = await startClosed();
    const bob = await enter(node);
    const device = createDevice();
    const client = await connect(node, device);
    const from = `<sip:${device.account}@${DOMAIN}>;tag=1`;
    const to = `sip:${bob.device.account}@${DOMAIN}`;
    const registered = prove(client, device, registering(client, device, DOMAIN));
    const messages = Array.from({ length: 20 }, (_, i) =>
      client.send("MESSAGE", to, { from, body: String(i) }),
    );
    expect((await registered).status).toBe(200);
    for (const message of messages) expect((await client.final(message)).status).toBe(401);
    client.send("MESSAGE", to, { from, body: "first" });
    client.send("MESSAGE", to, { from, body: "second" });
    expect((await bob.client.request("MESSAGE")).body).toBe("first");
    expect((await bob.client.request("MESSAGE")).body).toBe("second");
  });

  it("hold up their own connection only, and not without end", async () => {
    const chain = await startChain(() => undefined);
    const node = await startClosed({ chain });
    const device = createDevice({ chainId: chain.id, signature: `0x${"cd".repeat(96)}` });
    const client = await connect(node, device);
    const request = registering(client, device, DOMAIN);
    const proving = prove(client, device, request).catch(error => error);
    await chain.asked(1);
    const other = await enter(node, { chainId: chain.id });
    expect((await other.client.ask("OPTIONS", `sip:${DOMAIN}`)).status).toBe(200);
    for (let i = 0; i < 200; i++) client.send("MESSAGE", `sip:${DOMAIN}`, { body: "x".repeat(400) });
    expect(await client.closed).toBe(1008);
    expect(await proving).toBeInstanceOf(Error);
    expect((await other.client.ask("OPTIONS", `sip:${DOMAIN}`)).status).toBe(200);
  });
});

describe("time", () => {
  it("a registration lasts no longer than its delegation, and so does the connection's right", async () => {
    const node = await startClosed();
    const bob = await enter(node);
    const { client, answer, device } = await enter(node, { over: { expiry: now() + 2 } });
    const granted = Number(/;expires=(\d+)/.exec(oneOf(answer, "Contact"))?.[1]);
    expect(granted).toBeLessThanOrEqual(2);
    expect((await client.ask("OPTIONS", `sip:${DOMAIN}`)).status).toBe(200);
    const uri = `sip:${device.account}@${DOMAIN}`;
    await new Promise(resolve => setTimeout(resolve, 2_200));
    expect((await bob.client.ask("INVITE", uri)).status).toBe(480);
    expect((await client.ask("OPTIONS", `sip:${DOMAIN}`)).status).toBe(401);
  });
});

describe("smart accounts", () => {
  it("are asked through the chain (ERC-1271), and refused when they say no or nothing", async () => {
    let answer: string | undefined = `0x1626ba7e${"00".repeat(28)}`;
    const chain = await startChain(() => answer);
    const { calls } = chain;
    const node = await startClosed({ chain });
    const account = `0x${"5a".repeat(20)}` as const;
    const smart = () => createDevice({ account, chainId: 31_337, signature: `0x${"cd".repeat(96)}` });
    const device = smart();
    expect((await tryToEnter(node, device)).status).toBe(200);
    expect(calls[0]?.to.toLowerCase()).toBe(account);
    expect(calls[0]?.data).toContain(digestDelegation(device.delegation.delegation, 31_337).slice(2));
    answer = `0x${"ff".repeat(32)}`;
    expect((await tryToEnter(node, smart())).status).toBe(403);
    chain.stop();
    const down = await tryToEnter(node, smart());
    expect(down.status).toBe(503);
    expect(oneOf(down, "Retry-After")).not.toBe("");
  });
});

describe("an open node", () => {
  it("demands nothing, and passes nobody on as proven", async () => {
    const node = await startNode({ open: true, domain: "open.example" });
    const alice = await createSipClient(node.url, { user: "alice", domain: "open.example" });
    const bob = await createSipClient(node.url, { user: "alice.eth", domain: "open.example" });
    await alice.register();
    expect((await bob.register()).status).toBe(200);
    alice.send("MESSAGE", "sip:alice.eth@open.example", {
      headers: [["P-Asserted-Identity", "<sip:alice@open.example>"]],
    });
    expect(oneOf(await bob.request("MESSAGE"), "P-Asserted-Identity")).toBe("");
  });
});
