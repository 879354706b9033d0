import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { connectRaw, handshake } from "./raw-client.suite.ts";
import { openStage, type Stage } from "./stage.suite.ts";
import { createWebSockets } from "./web-sockets.ts";

const stages: Stage[] = [];
afterEach(async () => {
  for (const stage of stages.splice(0)) await stage.close();
});

async function ask(target: {
  headers?: Record<string, string | undefined>;
  method?: string;
}): Promise<string> {
  const stage = await openStage(createWebSockets);
  stages.push(stage);
  const { head, ended } = await connectRaw({ port: stage.port, ...target });
  await ended;
  expect(stage.webSockets.figures().open).toBe(0);
  return head;
}

describe("the opening handshake (RFC 6455 §4.2.1)", () => {
  it.each([
    ["another upgrade", { headers: { Upgrade: "h2c" } }, 400],
    ["no version", { headers: { "Sec-WebSocket-Version": undefined } }, 426],
    ["version 8", { headers: { "Sec-WebSocket-Version": "8" } }, 426],
    ["no key", { headers: { "Sec-WebSocket-Key": undefined } }, 400],
    ["a key of 15 bytes", { headers: { "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAA" } }, 400],
    ["POST", { method: "POST" }, 405],
  ])("refuses %s with words", async (_, target, status) => {
    const head = await ask(target);
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    if (status === 426) expect(head).toContain("Sec-WebSocket-Version: 13");
  });

  it("takes the names of the protocol in any case", async () => {
    const stage = await openStage(createWebSockets);
    stages.push(stage);
    const headers = { Upgrade: "WebSocket", Connection: "keep-alive, upgrade" };
    expect((await connectRaw({ port: stage.port, headers })).head).toMatch(/^HTTP\/1\.1 101 /);
  });

  it("survives a client that is gone before its answer", async () => {
    const stage = await openStage(createWebSockets);
    stages.push(stage);
    for (let i = 0; i < 20; i += 1) {
      const socket = connect(stage.port, "127.0.0.1");
      await once(socket, "connect");
      socket.write(handshake(i % 2 === 0 ? { port: 0 } : { port: 0, method: "POST" }));
      socket.resetAndDestroy();
    }
    expect((await connectRaw({ port: stage.port })).head).toMatch(/^HTTP\/1\.1 101 /);
    await expect.poll(() => stage.webSockets.figures().open).toBe(1);
  });
});
