import { onTestFinished } from "vitest";
import { createNode, type NodeConfig } from "../../signaller/node.ts";

export interface TestNode {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** A node on a free port of this machine that ends with the test. */
export async function startNode(config: NodeConfig = {}): Promise<TestNode> {
  const node = createNode(config);
  const { port, urls } = await node.listen();
  const test = { url: urls.ws, port, close: () => node.close() };
  onTestFinished(() => node.close());
  return test;
}
