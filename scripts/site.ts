import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";

const types: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
};

/** Serves a few files, read once: `files` maps a path of the site to a file. False for any other request. */
export function createSite(files: Readonly<Record<string, string>>) {
  const pages = new Map(
    Object.entries(files).map(([path, file]) => [
      path,
      { body: readFileSync(file), type: types[file.split(".").pop() ?? ""] ?? "application/octet-stream" },
    ]),
  );
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const page = pages.get(request.url?.split("?")[0] ?? "");
    if (page === undefined || (request.method !== "GET" && request.method !== "HEAD")) return false;
    response.writeHead(200, { "content-type": page.type, "cache-control": "no-cache" });
    response.end(request.method === "HEAD" ? undefined : page.body);
    return true;
  };
}
