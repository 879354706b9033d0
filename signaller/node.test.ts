import { once } from "node:events";
import { Agent } from "node:https";
import { connect as connectTcp } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { createLog } from "./log.ts";
import { createNode, type NodeConfig, type SignallerNode } from "./node.ts";
import { testCertificate } from "./test-certificate.suite.ts";
import { connectRaw, handshake } from "./websocket/raw-client.suite.ts";
import type { Dialect, Wire } from "./wire.ts";

const nodes: SignallerNode[] = [];
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.close();
});

async function start(config: NodeConfig = {}) {
  const node = createNode(config);
  nodes.push(node);
  return { node, ...(await node.listen()) };
}

function hello(id: string, token = "token"): string {
  return `/peerjs?key=peerjs&id=${encodeURIComponent(id)}&token=${token}`;
}

describe("a node", () => {
  it("tells its URLs, and is where they say", async () => {
    const { urls, port } = await start({ path: "/calls/", discovery: true });
    expect(urls).toEqual({ http: `http://127.0.0.1:${port}/calls/`, ws: `ws://127.0.0.1:${port}/calls/` });
    const client = new WebSocket(`${urls.ws}peerjs?key=peerjs&id=alice&token=t&version=1.5.5`);
    const [message] = await once(client, "message");
    expect(String(message)).toBe('{"type":"OPEN"}');
    expect(await (await fetch(`${urls.http}peerjs/peers`)).json()).toEqual(["alice"]);
    client.close();
  });

  it("does not start where nobody would say which devices may no longer act", async () => {
    const book = { chains: [{ id: 31_337, name: "Local", rpcs: [] }] };
    const wrong = { domain: "one.example", chain: { id: 1, book } };
    expect(() => createNode(wrong)).toThrow(expect.objectContaining({ code: "node.chain" }));
    // An open node admits everybody, and a book of the right chain without its registrar is said aloud.
    await start({ ...wrong, open: true });
    const said: string[] = [];
    const log = createLog(line => said.push(line), "warn");
    await start({ ...wrong, chain: { id: 31_337, book }, log });
    expect(said.join()).toContain("chain.no-clients");
  });

  it("rejects when its port is taken, and leaves nothing behind", async () => {
    const { port } = await start();
    const second = createNode({ port });
    await expect(second.listen()).rejects.toThrow(/EADDRINUSE/);
  });

  it("answers health and metrics from what is live", async () => {
    const { urls } = await start();
    expect(await (await fetch(`${urls.http}healthz`)).json()).toEqual({ status: "ok" });
    const client = new WebSocket(`${urls.ws}peerjs?key=peerjs&id=alice&token=t`);
    await once(client, "message");
    const read = async () => {
      const response = await fetch(`${urls.http}metrics`);
      expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
      return await response.text();
    };
    expect(await read()).toMatch(/^etherlynk_peerjs_clients 1$/m);
    client.close();
    await once(client, "close");
    await expect.poll(read).toMatch(/^etherlynk_peerjs_clients 0$/m);
    // Every line is a comment or a sample (Prometheus text format 0.0.4).
    for (const line of (await read()).trimEnd().split("\n")) {
      expect(line).toMatch(
        /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="\w+"(,[a-z]+="\w+")*\})? \d+(\.\d+)?)$/,
      );
    }
  });

  it("answers what it has not with words, and takes no bodies", async () => {
    const { urls } = await start();
    expect((await fetch(`${urls.http}nothing`)).status).toBe(404);
    expect((await fetch(`${urls.http}peerjs/id`, { method: "DELETE" })).status).toBe(405);
    expect((await fetch(`${urls.http}peerjs/id`, { method: "POST", body: "a" })).status).toBe(413);
    const { head } = await connectRaw({ port: Number(new URL(urls.http).port), path: "/nothing" });
    expect(head).toMatch(/^HTTP\/1\.1 404 /);
  });

  it("tells a client inside its WebSocket what is wrong, as stock PeerJS expects it", async () => {
    const { port } = await start();
    for (const [path, words] of [
      ["/peerjs?key=other&id=alice&token=t", "Invalid key provided"],
      ["/peerjs?key=peerjs&id=alice", "No id, token, or key supplied to websocket server"],
      ["/peerjs", "No id, token, or key supplied to websocket server"],
      [hello("<script>"), "This id is not allowed"],
      [hello("a".repeat(200)), "This id is not allowed"],
      [hello("alice", "t".repeat(1_000)), "too long"],
    ] as const) {
      const client = await connectRaw({ port, path });
      const message = JSON.parse((await client.next()).payload.toString());
      expect(message).toMatchObject({ type: "ERROR", payload: { msg: expect.stringContaining(words) } });
      expect((await client.untilClosed()).code).toBe(1008);
    }
  });

  it("says goodbye to everybody, frees its port and can be started anew", async () => {
    const { node, port } = await start();
    const clients = Array.from(
      { length: 50 },
      (_, i) => new WebSocket(`ws://127.0.0.1:${port}${hello(`peer-${i}`)}`),
    );
    await Promise.all(clients.map(client => once(client, "message")));
    const codes = Promise.all(clients.map(async client => (await once(client, "close"))[0]));
    await Promise.all([node.close(), node.close()]);
    expect(new Set(await codes)).toEqual(new Set([1001]));
    const again = await start({ port });
    expect(again.port).toBe(port);
  });

  it("stops in time though clients neither answer nor read", async () => {
    const { node, port } = await start({ limits: { goodbyeMs: 300, beatMs: 50 } });
    const raw = await connectRaw({ port, path: hello("alice") });
    raw.socket.pause();
    const half = connectTcp(port, "127.0.0.1");
    await once(half, "connect");
    half.write("GET / HTTP/1.1\r\nHost: x\r\n");
    const began = performance.now();
    await node.close();
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it("can be closed though it never listened", async () => {
    await createNode({}).close();
  });

  it("does not keep whom it turned away", async () => {
    const { port } = await start();
    const refused = connectTcp({ port, host: "127.0.0.1", allowHalfOpen: true });
    refused.write(handshake({ port, path: "/nothing" }));
    refused.resume();
    await once(refused, "end");
    // Our half stays open, and is of no use: there is nobody at its other end any more.
    const reset = once(refused, "error");
    const poke = setInterval(() => refused.write("x"), 10);
    expect(String((await reset.catch(error => [error]))[0])).toMatch(/ECONNRESET|EPIPE/);
    clearInterval(poke);
  });

  it("does not keep who asks and reads no answers", async () => {
    const { port } = await start({ limits: { stillMs: 300, keepAliveMs: 60_000, requestBurstMs: 1e9 } });
    const deaf = connectTcp(port, "127.0.0.1");
    deaf.pause();
    const failed = once(deaf, "error").catch(error => [error]);
    const ask = Buffer.from("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".repeat(100));
    const asking = setInterval(() => deaf.write(ask), 5);
    expect(String((await failed)[0])).toMatch(/ECONNRESET|EPIPE/);
    clearInterval(asking);
  });

  it("hands another dialect what is its own, and gives it the realm", async () => {
    const wires: Wire[] = [];
    const echo: Dialect = {
      name: "link",
      welcome(request) {
        if (request.headers["sec-websocket-protocol"] !== "echo") return undefined;
        return {
          subprotocol: "echo",
          open(wire) {
            wires.push(wire);
            return { onMessage: payload => void wire.send(payload), onClose: () => undefined };
          },
        };
      },
    };
    const { port } = await start({
      dialects: ({ realm, limits }) => {
        expect(realm.ids()).toEqual([]);
        expect(limits.messageBytes).toBe(65_536);
        return [echo];
      },
    });
    const client = await connectRaw({ port, path: "/echo", headers: { "Sec-WebSocket-Protocol": "echo" } });
    expect(client.head).toMatch(/Sec-WebSocket-Protocol: echo/);
    client.write({ opcode: 1, payload: "OPTIONS" });
    expect((await client.next()).payload.toString()).toBe("OPTIONS");
    expect(wires[0]?.address).toBe("127.0.0.1");
  });

  it("survives a dialect's defect in welcoming", async () => {
    const broken: Dialect = {
      name: "link",
      welcome() {
        throw new TypeError("A defect.");
      },
    };
    const { port } = await start({ dialects: () => [broken] });
    expect((await connectRaw({ port, path: "/other" })).head).toMatch(/^HTTP\/1\.1 500 /);
    expect((await connectRaw({ port, path: hello("alice") })).head).toMatch(/^HTTP\/1\.1 101 /);
  });

  it("survives a page's defect", async () => {
    const { urls } = await start({
      page: ({ url }) => {
        if (url === "/defect") throw new TypeError("A defect.");
        return false;
      },
    });
    await expect(fetch(`${urls.http}defect`)).rejects.toThrow();
    expect((await fetch(`${urls.http}healthz`)).status).toBe(200);
  });

  it("serves a page of whoever starts it", async () => {
    const { urls } = await start({
      page: ({ url }, response) => {
        if (url !== "/") return false;
        response.end("hello");
        return true;
      },
    });
    expect(await (await fetch(urls.http)).text()).toBe("hello");
    expect((await fetch(`${urls.http}peerjs/id`)).status).toBe(200);
  });
});

describe("web origins", () => {
  it("may all use the node unless some are named", async () => {
    const { urls, port } = await start();
    const headers = { Origin: "https://anywhere.example" };
    const response = await fetch(`${urls.http}peerjs/id`, { headers });
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect((await connectRaw({ port, path: hello("alice"), headers })).head).toMatch(/^HTTP\/1\.1 101 /);
  });

  it("are held to the list; who is no browser has none and is let in", async () => {
    const { urls, port } = await start({ origins: ["https://good.example"] });
    const answers = async (headers: Record<string, string>) => {
      const { head } = await connectRaw({ port, path: hello("alice"), headers });
      const response = await fetch(`${urls.http}peerjs/id`, { headers });
      return [Number(head.split(" ")[1]), response.headers.get("access-control-allow-origin")];
    };
    expect(await answers({ Origin: "https://good.example" })).toEqual([101, "https://good.example"]);
    expect(await answers({ Origin: "https://bad.example" })).toEqual([403, null]);
    expect(await answers({ Origin: "null" })).toEqual([403, null]);
    expect(await answers({ Origin: "https://good.example.bad.example" })).toEqual([403, null]);
    expect(await answers({})).toEqual([101, null]);
  });

  it("are answered when they ask before", async () => {
    const { urls } = await start();
    const response = await fetch(`${urls.http}peerjs/id`, { method: "OPTIONS" });
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-methods")).toBe("GET");
  });
});

describe("what one address may use", () => {
  const few = { connectionsPerAddress: 3, beatMs: 20 };

  it("has an end, told in words, and others do not notice", async () => {
    const { port } = await start({ limits: few });
    const heads: string[] = [];
    for (let i = 0; i < 5; i += 1) heads.push((await connectRaw({ port, path: hello(`peer-${i}`) })).head);
    expect(heads.map(head => Number(head.split(" ")[1]))).toEqual([101, 101, 101, 429, 429]);
    const other = await connectRaw({ port, path: hello("other"), localAddress: "127.0.0.2" });
    expect(other.head).toMatch(/^HTTP\/1\.1 101 /);
  });

  it("is given back when connections end", async () => {
    const { port } = await start({ limits: few });
    for (let i = 0; i < 20; i += 1) {
      const client = await connectRaw({ port, path: hello("alice") });
      expect(client.head, `connection ${i}`).toMatch(/^HTTP\/1\.1 101 /);
      client.write({ opcode: 8 });
      await client.ended;
    }
  });

  it("counts half-open connections", async () => {
    const { port } = await start({ limits: { halfOpenPerAddress: 2 } });
    const open = async () => {
      const socket = connectTcp(port, "127.0.0.1");
      socket.on("error", () => undefined);
      await once(socket, "connect");
      return socket;
    };
    const [first, second] = [await open(), await open()];
    const third = await open();
    await once(third, "close");
    // A request makes room for another.
    first.write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    await once(first, "data");
    const fourth = await open();
    fourth.write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    expect(String((await once(fourth, "data"))[0])).toMatch(/^HTTP\/1\.1 200 /);
    for (const socket of [first, second, fourth]) socket.destroy();
  });

  it("counts requests", async () => {
    const { urls } = await start({ limits: { requestsPerSecond: 1, requestBurstMs: 3_000 } });
    const statuses: number[] = [];
    for (let i = 0; i < 6; i += 1) statuses.push((await fetch(`${urls.http}peerjs/id`)).status);
    expect(statuses).toEqual([200, 200, 200, 200, 429, 429]);
  });

  it("is counted for whom a trusted proxy forwards, and for nobody's say-so else", async () => {
    const forwarded = { "X-Forwarded-For": "203.0.113.7" };
    const ask = async (port: number, headers: Record<string, string>) =>
      Number(
        (await connectRaw({ port, path: hello(`p${Math.random()}`.replace(".", "")), headers })).head.split(
          " ",
        )[1],
      );
    const trusting = await start({ limits: few, trustProxy: ["127.0.0.0/8"] });
    for (const expected of [101, 101, 101, 429]) expect(await ask(trusting.port, forwarded)).toBe(expected);
    expect(await ask(trusting.port, { "X-Forwarded-For": "203.0.113.8" })).toBe(101);
    const doubting = await start({ limits: few });
    for (const expected of [101, 101, 101, 429]) {
      expect(await ask(doubting.port, { "X-Forwarded-For": `203.0.113.${expected}` })).toBe(expected);
    }
  });
});

describe("TLS", () => {
  it("carries the same, and bad certificates are told", async () => {
    const { cert } = testCertificate;
    const agent = new Agent({ ca: cert, servername: "localhost" });
    const { urls } = await start({ tls: testCertificate, limits: { connectionsPerAddress: 4 } });
    expect(urls.ws).toMatch(/^wss:/);
    const [alice, bob] = ["alice", "bob"].map(
      id => new WebSocket(`${urls.ws}peerjs?key=peerjs&id=${id}&token=t`, { agent }),
    );
    await Promise.all([alice, bob].map(client => client && once(client, "message")));
    alice?.send(JSON.stringify({ type: "OFFER", payload: { sdp: "x".repeat(30_000) }, dst: "bob" }));
    const [message] = bob ? await once(bob, "message") : [];
    expect(JSON.parse(String(message))).toMatchObject({ type: "OFFER", src: "alice" });
    alice?.close();
    bob?.close();
    await Promise.all([alice, bob].map(client => client && once(client, "close")));
    // Counted and given back: more connections in all than may be open at once.
    for (let i = 0; i < 8; i += 1) {
      const client = new WebSocket(`${urls.ws}peerjs?key=peerjs&id=carol&token=t`, { agent });
      await once(client, "message");
      client.close();
      await once(client, "close");
    }
    expect(() => createNode({ tls: { cert: "no", key: "no" } })).toThrow();
  });
  it("does not wait for a handshake that does not come", async () => {
    const { port } = await start({ tls: testCertificate, limits: { tlsHandshakeMs: 100 } });
    const silent = connectTcp(port, "127.0.0.1");
    await once(silent, "close");
    const plain = connectTcp(port, "127.0.0.1");
    plain.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    plain.on("error", () => undefined);
    plain.resume();
    await once(plain, "close");
  });
});
