import { createServer } from "node:http";
import { type WebSocket, WebSocketServer } from "ws";

/**
 * The least that anybody would write with `ws`: a map of ids, JSON in, JSON out; no admission, no limits, no queue.
 * Run by itself: prints the port it listens on.
 */
const server = createServer();
const sockets = new Map<string, WebSocket>();

new WebSocketServer({ server, perMessageDeflate: false }).on("connection", (socket, request) => {
  const id = new URL(request.url ?? "/", "ws://relay").searchParams.get("id") ?? "";
  sockets.set(id, socket);
  socket.on("close", () => sockets.delete(id));
  socket.on("error", () => sockets.delete(id));
  socket.on("message", received => {
    const { type, payload, dst } = JSON.parse(String(received));
    if (type !== "HEARTBEAT") sockets.get(dst)?.send(JSON.stringify({ type, src: id, dst, payload }));
  });
  socket.send('{"type":"OPEN"}');
});

server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address !== null && typeof address === "object") console.log(address.port);
});
