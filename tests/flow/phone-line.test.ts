import { describe, expect, it, onTestFinished } from "vitest";
import { createClock } from "../../background/base/clock.ts";
import { createLog } from "../../background/base/log.ts";
import { createRandom } from "../../background/base/random.ts";
import { Line } from "../../background/sip/line.ts";
import { type LineState, sentenceOfLine } from "../../background/sip/line-state.ts";
import { createInbox } from "./inbox.ts";
import { createPerson } from "./phone-device.ts";
import { startNode, type TestNode } from "./test-node.ts";

const domain = "closed.example";
const idle = { request: () => undefined, cancelled: () => undefined, lost: () => undefined };

async function createLine(urls: readonly string[], over = {}) {
  const states = createInbox<LineState>(({ name }) => name);
  const clock = createClock();
  const end = new AbortController();
  onTestFinished(() => end.abort());
  const person = createPerson();
  const line = new Line({
    domain,
    urls,
    device: await person.device(over),
    instance: crypto.randomUUID(),
    clock,
    random: createRandom(),
    log: createLog({ now: clock.now, level: "debug", write: () => undefined }),
    signal: end.signal,
    user: idle,
    broken: () => undefined,
    isMissed: () => false,
    changed: state => states.push(state),
  });
  const state = (name: LineState["name"]) => states.take(`line ${name}`, it => it.name === name);
  return { line, person, clock, state };
}

const restart = (node: TestNode) => startNode({ domain, port: node.port });

describe("a line", () => {
  it("registers with a closed node by the device's signature, and is reached under its own address", async () => {
    const node = await startNode({ domain });
    const { line, person, state } = await createLine([node.url]);
    line.start();
    const up = await state("up");
    expect(up).toMatchObject({
      gruu: expect.stringContaining(`sip:${person.account.toLowerCase()}@${domain};gr=urn:uuid:`),
    });
    expect(sentenceOfLine(up)).toBe("Ready: you can call and be called.");
  });

  it("comes back by itself when the node restarts", async () => {
    const node = await startNode({ domain });
    const { line, state } = await createLine([node.url]);
    line.start();
    await state("up");
    await node.close();
    expect(sentenceOfLine(await state("down"))).toBe("No connection; trying again.");
    await restart(node);
    await state("up");
  });

  it("goes to another node of the domain when the first does not answer", async () => {
    const [dead, node] = [await startNode({ domain }), await startNode({ domain })];
    await dead.close();
    const { line, state } = await createLine([dead.url, node.url]);
    line.start();
    await state("up");
  });

  it("says so when its wallet's permission has ended, and tries no more", async () => {
    const node = await startNode({ domain });
    const past = Math.floor(Date.now() / 1_000) - 7_200;
    const { line, state } = await createLine([node.url], { issued: past, expiry: past + 3_600 });
    line.start();
    const refused = await state("refused");
    expect(refused).toMatchObject({ status: 403 });
    expect(sentenceOfLine(refused)).toContain("permission has ended");
  });

  it("signs out when it is told to", async () => {
    const node = await startNode({ domain });
    const { line, state } = await createLine([node.url]);
    line.start();
    await state("up");
    line.stop();
    await state("off");
  });
});
