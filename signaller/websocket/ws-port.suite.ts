import { WebSocket, WebSocketServer } from "ws";
import type { Limits } from "../limits.ts";
import type { Welcome, Wire } from "../wire.ts";
import type { WebSockets } from "./port.ts";

/** The port by `ws`, the oracle that `createWebSockets` is compared with. It has none of the node's bounds. */
export function createWsSockets({ limits }: { limits: Limits }): WebSockets {
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: limits.messageBytes,
    handleProtocols: protocols => [...protocols][0] ?? false,
  });
  const counts = {
    opened: 0,
    received: 0,
    receivedBytes: 0,
    sent: 0,
    sentBytes: 0,
    broken: 0,
    slow: 0,
    floods: 0,
    silent: 0,
    held: 0,
    bugs: 0,
  };
  return {
    accept({ request, socket, head, visitor }, welcome) {
      server.handleUpgrade(request, socket, head, webSocket => {
        counts.opened += 1;
        openWire(webSocket, welcome, { id: counts.opened, address: visitor.address });
      });
    },
    close() {
      for (const client of server.clients) client.close(1001, "This node is stopping.");
      const gone = [...server.clients].map(client => new Promise(resolve => client.on("close", resolve)));
      return Promise.all(gone).then(() => undefined);
    },
    figures: () => ({ open: server.clients.size, unsentBytes: 0, unfinishedBytes: 0, counts }),
  };
}

function openWire(webSocket: WebSocket, welcome: Welcome, who: { id: number; address: string }): void {
  const wire: Wire = {
    ...who,
    get closed() {
      return webSocket.readyState !== WebSocket.OPEN;
    },
    send(payload, tail = "", end = payload.length) {
      if (webSocket.readyState !== WebSocket.OPEN) return false;
      const whole = typeof payload === "string" ? Buffer.from(payload, "latin1") : payload;
      const bytes = Buffer.concat([whole.subarray(0, end), Buffer.from(tail, "latin1")]);
      const isText = typeof payload !== "string" || Buffer.from(bytes.toString()).equals(bytes);
      webSocket.send(bytes, { binary: !isText });
      return true;
    },
    close: (code, reason) => webSocket.close(code, reason),
  };
  const receiver = welcome.open(wire);
  let isClean = false;
  webSocket.on("message", (message: Buffer, binary) => {
    if (webSocket.readyState === WebSocket.OPEN) receiver.onMessage(message, binary);
  });
  webSocket.on("error", () => undefined);
  webSocket.on("close", code => {
    isClean = code !== 1006;
    receiver.onClose(isClean);
  });
}
