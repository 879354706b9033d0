import type { HomeDomain } from "../../background/bus/phone-contract.ts";
import { createLog } from "../../signaller/log.ts";
import { createNode, type NodeConfig, type SignallerNode } from "../../signaller/node.ts";

/** The node that phones of a test have their lines with: it can fall, and come back on the same port. */
export interface HomeNode {
  readonly home: HomeDomain;
  /** `ws://127.0.0.1:port/`, for whoever stands between. */
  readonly url: string;
  fall(): Promise<void>;
  rise(): Promise<void>;
  /** Devices that it has registered. */
  devices(): Promise<number>;
  /** Ends it, and fails if it met a defect of its own. */
  close(): Promise<void>;
}

const domain = "closed.example";
/** As browserless phones of the flows sign for it. */
const chain = { id: 1 };

export async function startHomeNode(limits: NodeConfig["limits"] = {}): Promise<HomeNode> {
  const defects: string[] = [];
  const log = createLog(line => defects.push(line), "error");
  const create = (port: number) => createNode({ domain, chain, port, log, limits });
  let node: SignallerNode = create(0);
  const { port, urls } = await node.listen();
  return {
    home: { domain, urls: [urls.ws], chain },
    url: urls.ws,
    fall: () => node.close(),
    async rise() {
      node = create(port);
      await node.listen();
    },
    async devices() {
      const answer = await fetch(`${urls.http}metrics`);
      return Number(/^etherlynk_sip_bindings (\d+)/m.exec(await answer.text())?.[1]);
    },
    async close() {
      await node.close();
      if (defects.length > 0) throw new Error(`The node made mistakes:\n${defects.join("\n")}`);
    },
  };
}
