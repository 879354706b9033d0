import { onTestFinished } from "vitest";
import { createLog } from "../../signaller/log.ts";
import { createNode, type NodeConfig } from "../../signaller/node.ts";

export interface TestNode {
  readonly url: string;
  readonly port: number;
  /** Everything the node said. */
  readonly said: readonly string[];
  close(): Promise<void>;
}

/** A node on a free port of this machine that ends with the test, and fails it if the node met a defect of its own. */
export async function startNode(config: NodeConfig = {}): Promise<TestNode> {
  const said: string[] = [];
  const node = createNode({ log: createLog(line => said.push(line), "debug"), ...config });
  const { port, urls } = await node.listen();
  onTestFinished(async () => {
    await node.close();
    const errors = said.filter(line => line.startsWith("error "));
    if (errors.length > 0) throw new Error(`The node made mistakes:\n${errors.join("\n")}`);
  });
  return { url: urls.ws, port, said, close: () => node.close() };
}
