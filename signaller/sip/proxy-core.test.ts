import { describe, expect, it } from "vitest";
import { createResponse } from "../../protocol/sip/create-response.ts";
import { viaCount } from "../../protocol/sip/fields.ts";
import type { SipMessage, SipRequest } from "../../protocol/sip/message.ts";
import { parseMessage } from "../../protocol/sip/parse-message.ts";
import { screenRequest } from "../../protocol/sip/proxy-screen.ts";
import { ClientTransactions } from "./client-transactions.ts";
import type { Flow } from "./flow.ts";
import { ProxyCore } from "./proxy-core.ts";
import { ServerTransactions } from "./server-transactions.ts";
import { type Clock, createTimerWheel } from "./timer-wheel.ts";

const proxy = {
  via: "SIP/2.0/WS a.example",
  sentBy: "a.example",
  recordRoute: "<sip:a.example;lr>",
  isOurs: ({ host }: { host: string }) => host === "a.example",
  extensions: new Set<string>(),
};

function createSetting() {
  let now = 0;
  let pending: { at: number; run: () => void } | undefined;
  const clock: Clock = {
    now: () => now,
    after(ms, run) {
      const mine = { at: now + ms, run };
      pending = mine;
      return () => {
        if (pending === mine) pending = undefined;
      };
    },
  };
  const wheel = createTimerWheel({ clock });
  const clients = new ClientTransactions(wheel);
  const servers = new ServerTransactions(wheel);
  const flows = new Map<number, TestFlow>();
  const core = new ProxyCore({ proxy, wheel, clients, flowOf: hop => flows.get(Number(hop)) });
  return {
    wheel,
    clients,
    servers,
    core,
    addFlow(id: number): TestFlow {
      const flow = new TestFlow(id);
      flows.set(id, flow);
      return flow;
    },
    advance(ms: number) {
      const end = now + ms;
      while (pending !== undefined && pending.at <= end) {
        const { at, run } = pending;
        pending = undefined;
        now = Math.max(now, at);
        run();
      }
      now = end;
    },
  };
}

class TestFlow implements Flow {
  readonly kind = "client";
  readonly id: number;
  closed = false;
  readonly sent: SipMessage[] = [];

  constructor(id: number) {
    this.id = id;
  }

  deliver(message: SipMessage): boolean {
    if (!this.closed) this.sent.push(message);
    return !this.closed;
  }

  get starts(): string[] {
    return this.sent.map(message => (message.kind === "request" ? message.method : String(message.status)));
  }

  last(method: string): SipRequest {
    const found = this.sent.findLast(message => message.kind === "request" && message.method === method);
    if (found?.kind !== "request") throw new Error(`No ${method} was sent`);
    return found;
  }
}

function toRequest(method: string, more = ""): SipRequest {
  const message = parseMessage(
    `${method} sip:bob@a.example SIP/2.0\r\nVia: SIP/2.0/WS alice.invalid;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n` +
      `From: <sip:alice@a.example>;tag=1\r\nTo: <sip:bob@a.example>\r\nCall-ID: c\r\nCSeq: 1 ${method}\r\n${more}Content-Length: 0\r\n\r\n`,
  );
  if (message.kind !== "request") throw new Error("This is a request.");
  return message;
}

type Setting = ReturnType<typeof createSetting>;

/** Alice's request to each group of devices after the other. */
function forward(setting: Setting, alice: Flow, groups: readonly (readonly TestFlow[])[]) {
  return forwardAs("INVITE", setting, { alice, groups });
}

function forwardAs(
  method: string,
  setting: Setting,
  { alice, groups }: { alice: Flow; groups: readonly (readonly TestFlow[])[] },
) {
  const screened = screenRequest(toRequest(method), proxy);
  if (screened.kind === "refuse") throw new Error("This request passes.");
  const server = setting.servers.open(alice, screened.request);
  const targets = groups.map(group => group.map(({ id }) => ({ uri: `sip:device${id}@d.invalid`, hop: id })));
  setting.core.forward(server, { ...screened, groups: targets });
  return server;
}

function answer(setting: Setting, flow: TestFlow, status: number) {
  answerTo(flow.last("INVITE"), setting, { flow, status });
}

function answerTo(
  request: SipRequest,
  setting: Setting,
  { flow, status }: { flow: TestFlow; status: number },
) {
  setting.clients.receive(flow, createResponse(request, status, { toTag: `t${flow.id}` }));
}

describe("proxy core", () => {
  it("passes a call through, and forgets it 32 s after the answer", () => {
    const setting = createSetting();
    const [alice, bob] = [setting.addFlow(1), setting.addFlow(2)];
    forward(setting, alice, [[bob]]);
    expect(viaCount(bob.last("INVITE"))).toBe(2);
    answer(setting, bob, 180);
    answer(setting, bob, 200);
    expect(alice.starts).toEqual(["100", "180", "200"]);
    setting.advance(31_000);
    expect([setting.core.size, setting.servers.size, setting.clients.size]).toEqual([1, 1, 1]);
    setting.advance(2_000);
    expect([setting.core.size, setting.clients.size]).toEqual([0, 0]);
    setting.advance(6_000);
    expect([setting.servers.size, setting.wheel.size]).toEqual([0, 0]);
    expect(setting.servers.waitingBytes).toBe(0);
  });

  it("ends a call that nobody answers: 408 after 32 s of silence", () => {
    const setting = createSetting();
    const [alice, bob] = [setting.addFlow(1), setting.addFlow(2)];
    forward(setting, alice, [[bob]]);
    setting.advance(33_000);
    expect(alice.starts).toEqual(["100", "408"]);
  });

  it("lets it ring for three minutes (timer C), then cancels", () => {
    const setting = createSetting();
    const [alice, bob] = [setting.addFlow(1), setting.addFlow(2)];
    forward(setting, alice, [[bob]]);
    answer(setting, bob, 180);
    setting.advance(180_000);
    expect(bob.starts).toEqual(["INVITE"]);
    setting.advance(2_000);
    expect(bob.starts).toEqual(["INVITE", "CANCEL"]);
    answerTo(bob.last("CANCEL"), setting, { flow: bob, status: 200 });
    answer(setting, bob, 487);
    expect(alice.starts).toEqual(["100", "180", "487"]);
    expect(bob.starts).toEqual(["INVITE", "CANCEL", "ACK"]);
    setting.advance(40_000);
    expect(setting.wheel.size).toBe(0);
  });

  it("tries one group of devices after the other", () => {
    const setting = createSetting();
    const [alice, first, second] = [setting.addFlow(1), setting.addFlow(2), setting.addFlow(3)];
    forward(setting, alice, [[first], [second]]);
    expect(second.starts).toEqual([]);
    answer(setting, first, 486);
    expect(second.starts).toEqual(["INVITE"]);
    answer(setting, second, 200);
    expect(alice.starts).toEqual(["100", "200"]);
  });

  it("a device whose connection is gone counts as not there: 480", () => {
    const setting = createSetting();
    const [alice, bob] = [setting.addFlow(1), setting.addFlow(2)];
    bob.closed = true;
    forward(setting, alice, [[bob]]);
    expect(alice.starts).toEqual(["100", "480"]);
    const gone = new TestFlow(99);
    const other = setting.addFlow(4);
    forward(setting, other, [[gone]]);
    expect(other.starts).toEqual(["100", "480"]);
  });

  it("nobody answers for another, and no branch is answered twice", () => {
    const setting = createSetting();
    const [alice, bob, thief] = [setting.addFlow(1), setting.addFlow(2), setting.addFlow(3)];
    forward(setting, alice, [[bob]]);
    setting.clients.receive(thief, createResponse(bob.last("INVITE"), 200, { toTag: "thief" }));
    expect(alice.starts).toEqual(["100"]);
    answer(setting, bob, 486);
    answer(setting, bob, 486);
    answer(setting, bob, 200);
    expect(alice.starts).toEqual(["100", "486"]);
  });

  it("says nothing at all to a request other than INVITE that nobody answers (RFC 4320)", () => {
    const setting = createSetting();
    const [alice, bob] = [setting.addFlow(1), setting.addFlow(2)];
    forwardAs("MESSAGE", setting, { alice, groups: [[bob]] });
    setting.advance(40_000);
    expect(alice.starts).toEqual([]);
    expect([setting.core.size, setting.servers.size, setting.wheel.size]).toEqual([0, 0, 0]);
  });

  it("a request that comes again after its end is absorbed for five seconds more: nothing rings twice", () => {
    const setting = createSetting();
    const [alice, bob] = [setting.addFlow(1), setting.addFlow(2)];
    forward(setting, alice, [[bob]]);
    answer(setting, bob, 486);
    expect(setting.servers.receive(alice, toRequest("ACK"))).toBe(true);
    setting.advance(4_000);
    expect(setting.servers.receive(alice, toRequest("INVITE"))).toBe(true);
    expect(alice.starts).toEqual(["100", "486"]);
    setting.advance(2_000);
    expect(setting.servers.receive(alice, toRequest("INVITE"))).toBe(false);
  });

  it("a request that comes again is absorbed, and hears what was said last", () => {
    const setting = createSetting();
    const [alice, bob] = [setting.addFlow(1), setting.addFlow(2)];
    forward(setting, alice, [[bob]]);
    answer(setting, bob, 180);
    expect(setting.servers.receive(alice, toRequest("INVITE"))).toBe(true);
    expect(bob.starts).toEqual(["INVITE"]);
    expect(alice.starts).toEqual(["100", "180", "180"]);
  });
});

describe("bounds of transactions", () => {
  const limits = {
    perFlow: 4,
    waitingPerFlow: 2,
    waitingBytesPerFlow: 1_000_000,
    perAddress: 5,
    waitingBytesPerAddress: 1_000_000,
    inAll: 6,
    waitingBytesInAll: 1_000_000,
  };
  const invite = (n: number): SipRequest => {
    const request = toRequest("INVITE");
    return {
      ...request,
      headers: request.headers.map(line =>
        line.key === "via" ? { ...line, value: `SIP/2.0/WS alice.invalid;branch=z9hG4bK${n}` } : line,
      ),
    };
  };

  it("count what waits, what only waits out its time, and both of all flows", () => {
    const { servers, addFlow } = createSetting();
    const [one, two] = [addFlow(1), addFlow(2)];
    const runs = [servers.open(one, invite(1)), servers.open(one, invite(2))];
    expect(servers.hasRoom(one, limits)).toBe(false);
    expect(servers.hasRoom(two, limits)).toBe(true);
    for (const run of runs) run.respond(createResponse(invite(1), 200, { toTag: "x" }));
    expect(servers.waitingBytes).toBe(0);
    expect(servers.hasRoom(one, limits)).toBe(true);
    for (const n of [3, 4])
      servers.open(one, invite(n)).respond(createResponse(invite(n), 200, { toTag: "x" }));
    expect(servers.hasRoom(one, limits)).toBe(false);
    for (const n of [5, 6]) servers.open(two, invite(n));
    expect(servers.hasRoom(addFlow(3), limits)).toBe(false);
    servers.forget(one);
    expect(servers.hasRoom(addFlow(3), limits)).toBe(true);
    servers.forget(two);
    expect([servers.size, servers.waitingBytes]).toEqual([0, 0]);
  });

  it("count all connections of one address together", () => {
    const { servers, addFlow } = createSetting();
    const flows = [1, 2, 3].map(id => Object.assign(addFlow(id), { address: "192.0.2.1" }));
    const stranger = Object.assign(addFlow(4), { address: "192.0.2.2" });
    for (const [at, flow] of flows.entries()) servers.open(flow, { ...invite(at), body: "x".repeat(10_000) });
    const [first] = flows;
    if (first === undefined) throw new Error("There are three.");
    const many = { ...limits, inAll: 100, perFlow: 100, waitingPerFlow: 100 };
    expect(servers.hasRoom(first, many)).toBe(true);
    expect(servers.hasRoom(first, { ...many, waitingBytesPerAddress: 30_000 })).toBe(false);
    for (const n of [10, 11]) servers.open(first, invite(n));
    expect(servers.hasRoom(first, many)).toBe(false);
    expect(servers.hasRoom(stranger, many)).toBe(true);
    servers.forget(first);
    expect(servers.hasRoom(flows[1] ?? first, many)).toBe(true);
    for (const flow of flows) servers.forget(flow);
    expect([servers.size, servers.waitingBytes]).toEqual([0, 0]);
  });

  it("weigh what a request keeps in memory", () => {
    const { servers, addFlow } = createSetting();
    const flow = addFlow(1);
    servers.open(flow, { ...invite(1), body: "x".repeat(50_000) });
    expect(servers.waitingBytes).toBeGreaterThan(50_000);
    expect(servers.hasRoom(flow, { ...limits, waitingBytesPerFlow: 50_000 })).toBe(false);
    expect(servers.hasRoom(addFlow(2), { ...limits, waitingBytesInAll: 50_000 })).toBe(false);
  });
});
