import type { Person } from "../e2e/person.ts";
import type { SoakNode } from "./soak-node.ts";

/** A device that nobody holds any more is forgotten by then. */
const longestMs = 60_000;

/** One closes the browser, the other's is ended without a word: the registrations that are left of them. */
export async function findGhosts(node: SoakNode, [polite, sudden]: readonly Person[]): Promise<number> {
  await polite?.close();
  sudden?.browser.process()?.kill("SIGKILL");
  const until = performance.now() + longestMs;
  let devices = await node.devices();
  while (devices > 0 && performance.now() < until) {
    await new Promise(resolve => setTimeout(resolve, 500));
    devices = await node.devices();
  }
  return devices;
}
