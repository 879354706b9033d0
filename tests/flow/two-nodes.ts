import type { NodeConfig } from "../../signaller/node.ts";
import { createNodeKey, type NodeKey } from "../../signaller/node-key.ts";
import { createLinkTap, type LinkTap } from "./link-tap.ts";
import { startNode, type TestNode } from "./test-node.ts";

/** Tests do not wait for the waits of real life. */
export const quickLinks = { firstRetryMs: 20, lastRetryMs: 100, handshakeMs: 2_000 } as const;
/** Nobody listens there. */
const NOWHERE = 9;

export interface LinkedConfig extends NodeConfig {
  readonly domain: string;
  readonly key: NodeKey;
  readonly peer: { readonly domain: string; readonly port: number; readonly thumbprint: string };
  /** How long it waits before it dials again. */
  readonly retryMs?: number;
}

export function startLinked({ key, peer, retryMs, ...config }: LinkedConfig): Promise<TestNode> {
  const { domain, port, thumbprint } = peer;
  const waits = retryMs === undefined ? {} : { firstRetryMs: retryMs, lastRetryMs: retryMs };
  const peers = [{ domain, url: `ws://127.0.0.1:${port}`, thumbprint }];
  return startNode({ ...config, links: { key, peers, limits: { ...quickLinks, ...waits } } });
}

export interface TwoNodes {
  readonly one: TestNode;
  readonly two: TestNode;
  readonly tap: LinkTap;
  readonly keys: { readonly one: NodeKey; readonly two: NodeKey };
}

/** `one.example`, which dials `two.example` through a tap; the link is up. */
export async function startTwoNodes(config: NodeConfig = { open: true }): Promise<TwoNodes> {
  const keys = { one: await createNodeKey(), two: await createNodeKey() };
  const tap = await createLinkTap();
  const two = await startLinked({
    ...config,
    domain: "two.example",
    key: keys.two,
    peer: { domain: "one.example", port: NOWHERE, thumbprint: keys.one.thumbprint },
  });
  tap.leadTo(two.port);
  const one = await startLinked({
    ...config,
    domain: "one.example",
    key: keys.one,
    peer: { domain: "two.example", port: tap.port, thumbprint: keys.two.thumbprint },
  });
  await untilLink(one, true);
  await untilLink(two, true);
  return { one, two, tap, keys };
}

/** Until a node's link is up, or down. */
export async function untilLink(node: TestNode, up: boolean): Promise<void> {
  const wanted = new RegExp(`^etherlynk_link_up\\{[^}]*\\} ${up ? 1 : 0}$`, "m");
  await until(`the link is ${up ? "up" : "down"}`, node, async () =>
    wanted.test(await (await fetch(`http://127.0.0.1:${node.port}/metrics`)).text()),
  );
}

/** Until a node has said something. */
export async function untilSaid(node: TestNode, words: RegExp): Promise<string> {
  await until(`it says ${words}`, node, async () => node.said.some(line => words.test(line)));
  return node.said.find(line => words.test(line)) ?? "";
}

async function until(what: string, node: TestNode, holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`Not until now: ${what}; it said:\n${node.said.join("\n")}`);
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}
