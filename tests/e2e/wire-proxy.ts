import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type RawData, WebSocket, WebSocketServer } from "ws";

/** `up`: from the page to the node. */
export type Direction = "up" | "down";

/** What to do with a message: pass it on so many times (0: lose it), so much later. Order is kept unless delayed. */
export interface Fate {
  readonly copies?: number;
  readonly delayMs?: number;
}

export type Rule = (message: string, direction: Direction) => Fate;

/** Stands between pages and a node, and does to their messages what a bad wire would, or worse. */
export interface WireProxy {
  /** `ws://127.0.0.1:port`; path, query and subprotocol are passed on. */
  readonly url: string;
  /** The same for a PeerJS client. */
  readonly httpUrl: string;
  obey(rule: Rule): void;
  /** How many messages its rules have lost, delayed or multiplied since the beginning. */
  readonly struck: number;
  /** The beginnings of the last messages, for whoever asks why a test failed. */
  readonly passed: readonly string[];
  /** Cuts all connections without a goodbye; new ones are taken. */
  cut(): void;
  /** Cuts the page's half only: the node's stays open and silent, as after a change of network. */
  cutPageSide(): void;
  close(): Promise<void>;
}

export const passOn: Rule = () => ({});

const mostPassed = 60;

export async function startWireProxy(target: string): Promise<WireProxy> {
  const server = createServer((_, response) => response.writeHead(404).end());
  const sockets = new WebSocketServer({
    server,
    handleProtocols: protocols => [...protocols][0] ?? false,
  });
  const pairs = new Set<{ page: WebSocket; node: WebSocket }>();
  const held: { rule: Rule; struck: number } = { rule: passOn, struck: 0 };

  const passed: string[] = [];
  const forward = (payload: RawData, direction: Direction, to: WebSocket) => {
    const message = payload.toString();
    passed.push(`${Math.round(performance.now())} ${direction} ${message.slice(0, 160)}`);
    if (passed.length > mostPassed) passed.shift();
    const { copies = 1, delayMs = 0 } = held.rule(message, direction);
    if (copies !== 1 || delayMs !== 0) held.struck++;
    const pass = () => {
      if (to.readyState !== WebSocket.OPEN) return;
      for (let copy = 0; copy < copies; copy++) to.send(message);
    };
    if (delayMs === 0) pass();
    else setTimeout(pass, delayMs).unref();
  };

  sockets.on("connection", (page, request) => {
    const wanted = request.headers["sec-websocket-protocol"]?.split(/\s*,\s*/) ?? [];
    const node = new WebSocket(`${target}${request.url}`, wanted);
    const pair = { page, node };
    pairs.add(pair);
    const early: RawData[] = [];
    page.on("message", message => {
      if (node.readyState === WebSocket.CONNECTING) early.push(message);
      else forward(message, "up", node);
    });
    node.on("open", () => {
      for (const message of early) forward(message, "up", node);
    });
    node.on("message", message => forward(message, "down", page));
    for (const [one, other] of [
      [page, node],
      [node, page],
    ] as const) {
      one.on("error", () => other.terminate());
      one.on("close", code => {
        pairs.delete(pair);
        if (code === 1006) other.terminate();
        else other.close(code === 1005 ? undefined : code);
      });
    }
  });
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `ws://127.0.0.1:${port}`,
    httpUrl: `http://127.0.0.1:${port}`,
    passed,
    get struck() {
      return held.struck;
    },
    obey(rule) {
      held.rule = rule;
    },
    cut() {
      for (const { page, node } of pairs) {
        node.terminate();
        page.terminate();
      }
    },
    cutPageSide() {
      for (const pair of pairs) {
        pair.page.removeAllListeners("close");
        pair.page.terminate();
      }
    },
    async close() {
      for (const { page, node } of pairs) {
        node.terminate();
        page.terminate();
      }
      await new Promise<void>(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
