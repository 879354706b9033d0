import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { readSip, type SipText } from "./sip-text.ts";

/** Stands between two nodes: the first one dials it, it dials the second one. */
export interface LinkTap {
  readonly port: number;
  /** Where it leads; set once the second node listens. */
  leadTo(port: number): void;
  /** Told of every SIP message, in order. */
  onMessage(tell: (from: "first" | "second", message: SipText) => void): void;
  /** Cuts what is connected, and lets nobody through until `heal`. */
  cut(): void;
  heal(): void;
}

export async function createLinkTap(): Promise<LinkTap> {
  const server = new WebSocketServer({
    port: 0,
    host: "127.0.0.1",
    handleProtocols: protocols => [...protocols][0] ?? false,
  });
  await new Promise(resolve => server.on("listening", resolve));
  const open = new Set<WebSocket>();
  let target = 0;
  let healthy = true;
  let tell: (from: "first" | "second", message: SipText) => void = () => undefined;

  server.on("connection", first => {
    if (!healthy) return first.terminate();
    const second = new WebSocket(`ws://127.0.0.1:${target}`, first.protocol);
    const waiting: Buffer[] = [];
    for (const socket of [first, second]) {
      open.add(socket);
      socket.on("error", () => socket.terminate());
      socket.on("close", () => {
        open.delete(socket);
        (socket === first ? second : first).terminate();
      });
    }
    second.on("open", () => {
      for (const payload of waiting.splice(0)) second.send(payload, { binary: false });
    });
    first.on("message", (payload: Buffer) => {
      show("first", payload);
      if (second.readyState === WebSocket.OPEN) second.send(payload, { binary: false });
      else waiting.push(payload);
    });
    second.on("message", (payload: Buffer) => {
      show("second", payload);
      first.send(payload, { binary: false });
    });
  });

  function show(from: "first" | "second", payload: Buffer): void {
    const text = payload.toString();
    if (!text.startsWith("{")) tell(from, readSip(text));
  }

  const cut = () => {
    healthy = false;
    for (const socket of open) socket.terminate();
  };
  onTestFinished(() => {
    cut();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    leadTo(port) {
      target = port;
    },
    onMessage(callback) {
      tell = callback;
    },
    cut,
    heal() {
      healthy = true;
    },
  };
}
