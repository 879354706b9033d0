import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { type RawData, WebSocket, WebSocketServer } from "ws";
import { readSip, type SipText } from "./sip-text.ts";

/** `up`: from the phone to the node. */
export type Direction = "up" | "down";

export interface HostileProxy {
  readonly url: string;
  /** All that has passed, as it came. */
  readonly seen: readonly { readonly direction: Direction; readonly text: string }[];
  /** What becomes of each message from now on; `undefined` swallows it. */
  alter(change: (direction: Direction, message: SipText, text: string) => string | undefined): void;
  /** The connections that are there stay open and carry nothing any more; new ones work. */
  freeze(): void;
  /** Line ends of the node's that were passed on, and connections that were made. */
  readonly pongs: number;
  readonly connections: number;
  /** Says something to the phone, as if the node had. */
  inject(text: string): void;
  /** Says something to the node, as if the phone had. */
  injectUp(text: string): void;
}

/** Stands between one phone and its node, and does what it likes, until the test ends. */
export async function startHostileProxy(upstream: string): Promise<HostileProxy> {
  const proxy = await openHostileProxy(upstream);
  onTestFinished(() => proxy.close());
  return proxy;
}

/** The same for several tests. */
export async function openHostileProxy(upstream: string): Promise<HostileProxy & { close(): void }> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, handleProtocols: () => "sip" });
  await new Promise<void>(resolve => server.once("listening", () => resolve()));
  const seen: { direction: Direction; text: string }[] = [];
  let change = (_direction: Direction, _message: SipText, text: string): string | undefined => text;
  let phone: WebSocket | undefined;
  let newest: WebSocket | undefined;
  let pongs = 0;
  let connections = 0;
  const frozen = new WeakSet<WebSocket>();
  const toNode = new Set<WebSocket>();
  const pass = (direction: Direction, payload: RawData, to: WebSocket) => {
    const text = payload.toString();
    if (text.trim() === "") {
      if (direction === "down") pongs += 1;
      to.send(text);
      return;
    }
    seen.push({ direction, text });
    const altered = change(direction, readSip(text), text);
    if (altered !== undefined) to.send(altered);
  };
  server.on("connection", client => {
    phone = client;
    connections += 1;
    const node = new WebSocket(upstream, "sip");
    newest = node;
    const waiting: RawData[] = [];
    client.on("message", payload => {
      if (frozen.has(client)) return;
      if (node.readyState === WebSocket.OPEN) pass("up", payload, node);
      else waiting.push(payload);
    });
    node.on("open", () => {
      for (const payload of waiting.splice(0)) pass("up", payload, node);
    });
    node.on("message", payload => {
      if (!frozen.has(client)) pass("down", payload, client);
    });
    node.on("close", () => client.terminate());
    node.on("error", () => client.terminate());
    toNode.add(node);
    // Whoever is frozen cannot be heard to leave.
    client.on("close", () => frozen.has(client) || node.terminate());
    node.on("close", () => toNode.delete(node));
  });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    seen,
    alter: next => {
      change = next;
    },
    freeze() {
      for (const client of server.clients) frozen.add(client);
    },
    get pongs() {
      return pongs;
    },
    get connections() {
      return connections;
    },
    inject: text => phone?.send(text),
    injectUp: text => newest?.send(text),
    close() {
      for (const socket of [...server.clients, ...toNode]) socket.terminate();
      server.close();
    },
  };
}

/** The message with another body, its length right. */
export function withBodyText(text: string, body: string): string {
  const head = text.slice(0, text.indexOf("\r\n\r\n"));
  return `${head.replace(/^Content-Length: \d+$/im, `Content-Length: ${body.length}`)}\r\n\r\n${body}`;
}

export function bodyOf(text: string): string {
  return text.slice(text.indexOf("\r\n\r\n") + 4);
}

/** The message with one header written otherwise, or without it. */
export function withLine(text: string, name: string, value: string | undefined): string {
  const line = new RegExp(`^${name}: .*\r\n`, "im");
  return text.replace(line, value === undefined ? "" : `${name}: ${value}\r\n`);
}
