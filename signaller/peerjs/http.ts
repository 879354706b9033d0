import { randomUUID } from "node:crypto";
import type { PeerPlace } from "./dialect.ts";
import type { Realm } from "./realm.ts";

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** What PeerServer says of itself; some monitors look for it. */
const ABOUT = JSON.stringify({
  name: "PeerJS Server",
  description: "A server side element to broker connections between PeerJS clients.",
  website: "https://peerjs.com/",
});

/** The requests of stock PeerJS clients: `GET <path>`, `<path><key>/id`, `<path><key>/peers`. */
export function createPeerPages(
  realm: Realm,
  { path, key, discovery }: PeerPlace & { discovery: boolean },
): (pathname: string) => Answer | undefined {
  return pathname => {
    if (!pathname.startsWith(path)) return undefined;
    const rest = pathname.slice(path.length);
    if (rest === "") return { status: 200, type: "application/json", body: ABOUT };
    const [first, page, ...more] = rest.split("/");
    if (more.length > 0 || (page !== "id" && page !== "peers")) return undefined;
    if (first !== key) return words(401, "Invalid key provided");
    // Unguessable: who knows an id can be called, and who guesses one can take it before its owner connects.
    if (page === "id") return words(200, randomUUID());
    if (!discovery) return words(401, "This node does not list its peers.");
    return { status: 200, type: "application/json", body: JSON.stringify(realm.ids()) };
  };
}

export function words(status: number, body: string): Answer {
  return { status, type: "text/plain; charset=utf-8", body };
}
