import type { IncomingMessage, ServerResponse } from "node:http";
import type { Origins } from "./door/origins.ts";
import { formatMetrics, METRICS_TYPE, type Metric } from "./metrics.ts";
import type { PeerPlace } from "./peerjs/dialect.ts";
import { type Answer, createPeerPages, words } from "./peerjs/http.ts";
import type { Realm } from "./peerjs/realm.ts";

/** Answers requests that are none of the node's own; true when it did. */
export type Page = (request: IncomingMessage, response: ServerResponse) => boolean;

export interface PagesConfig {
  readonly realm: Realm;
  readonly place: PeerPlace & { readonly discovery: boolean };
  readonly origins: Origins;
  readonly page: Page;
  readonly metrics: () => readonly Metric[];
}

/** What the node answers over plain HTTP. */
export function createPages(
  config: PagesConfig,
): (request: IncomingMessage, response: ServerResponse) => void {
  const peerPages = createPeerPages(config.realm, config.place);
  return (request, response) => {
    const cors = config.origins.headers(request.headers.origin);
    // No request of ours has a body, and one that has is not waited for.
    if (hasBody(request))
      return write(response, words(413, "Send no body."), { ...cors, connection: "close" });
    if (request.method === "OPTIONS") {
      response.writeHead(204, {
        ...cors,
        "access-control-allow-methods": "GET",
        "access-control-max-age": "600",
      });
      response.end();
      return;
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      return write(response, words(405, "This node answers GET."), { ...cors, allow: "GET, HEAD, OPTIONS" });
    }
    if (config.page(request, response)) return;
    const url = URL.parse(request.url ?? "", "http://node");
    const answer = url === null ? words(400, "This address cannot be read.") : ownPage(config, url.pathname);
    write(response, answer ?? peerPages(url?.pathname ?? "") ?? words(404, "There is nothing here."), cors);
  };
}

function ownPage({ metrics }: PagesConfig, pathname: string): Answer | undefined {
  if (pathname === "/healthz") return { status: 200, type: "application/json", body: '{"status":"ok"}' };
  if (pathname !== "/metrics") return undefined;
  return { status: 200, type: METRICS_TYPE, body: formatMetrics(metrics()) };
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";
}

function write(response: ServerResponse, answer: Answer, headers: Readonly<Record<string, string>>): void {
  const own = {
    "content-type": answer.type,
    "content-length": Buffer.byteLength(answer.body),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  };
  response.writeHead(answer.status, { ...headers, ...own }).end(answer.body);
}
