import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";

export interface SiteOptions {
  /** What is made when it is asked for: a path of the site, and what gives its value. */
  readonly json?: Readonly<Record<string, () => unknown>>;
  /** For every answer: a policy, for one. */
  readonly headers?: Readonly<Record<string, string>>;
}

const types: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

/** Serves a few files, read once: `files` maps a path of the site to a file. False for any other request. */
export function createSite(files: Readonly<Record<string, string>>, options: SiteOptions = {}) {
  const { json = {}, headers = {} } = options;
  const pages = new Map(
    Object.entries(files).map(([path, file]) => [
      path,
      { body: readFileSync(file), type: types[file.split(".").pop() ?? ""] ?? "application/octet-stream" },
    ]),
  );
  const find = (path: string) => {
    const make = Object.hasOwn(json, path) ? json[path] : undefined;
    if (make) return { body: JSON.stringify(make()), type: "application/json" };
    return pages.get(path);
  };
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const page = find(request.url?.split("?")[0] ?? "");
    if (page === undefined || (request.method !== "GET" && request.method !== "HEAD")) return false;
    response.writeHead(200, { ...headers, "content-type": page.type, "cache-control": "no-cache" });
    response.end(request.method === "HEAD" ? undefined : page.body);
    return true;
  };
}
