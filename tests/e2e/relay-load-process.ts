// Run as a process: pairs of PeerJS clients that send each other numbered, stamped messages at a steady rate, each
// pair from an address of its own. Asked over IPC, it tells how they fared since it was asked before.
import { WebSocket } from "ws";
import type { LoadReport } from "./relay-load.ts";

interface Offer {
  readonly payload: { readonly count: number; readonly sentAt: number };
}

const [port = 0, pairs = 0, perSecond = 0] = process.argv.slice(2).map(Number);
const everyMs = 10;
const padding = "x".repeat(900);
const tally = { received: 0, sent: 0, outOfOrder: 0, closed: 0, waits: [] as number[] };
const senders: { socket: WebSocket; to: string; count: number }[] = [];

for (let pair = 0; pair < pairs; pair++) {
  const [from, to] = [`load-a-${pair}`, `load-b-${pair}`];
  const [sender, receiver] = await Promise.all([open(from, pair), open(to, pair)]);
  senders.push({ socket: sender, to, count: 0 });
  let expected = 0;
  receiver.on("message", (message: Buffer) => {
    const { count, sentAt } = (JSON.parse(message.toString()) as Offer).payload;
    if (count !== expected) tally.outOfOrder++;
    expected = count + 1;
    tally.received++;
    tally.waits.push(performance.now() - sentAt);
  });
}

const state = { due: performance.now(), next: 0 };
setInterval(() => {
  for (const now = performance.now(); state.due <= now; state.due += 1_000 / perSecond) {
    const sender = senders[state.next++ % senders.length];
    if (!sender) continue;
    const payload = { count: sender.count++, sentAt: performance.now(), padding };
    sender.socket.send(JSON.stringify({ type: "OFFER", payload, dst: sender.to }));
    tally.sent++;
  }
}, everyMs);
// Stock clients beat every 5 s.
setInterval(() => {
  for (const { socket } of senders) socket.send('{"type":"HEARTBEAT"}');
}, 5_000);

process.on("disconnect", () => process.exit(0));
process.on("message", () => {
  const waits = tally.waits.sort((one, other) => one - other);
  const at = (share: number) => waits[Math.floor(waits.length * share)] ?? Number.NaN;
  const { received, sent, outOfOrder, closed } = tally;
  const report: LoadReport = { received, sent, outOfOrder, closed, p50Ms: at(0.5), p99Ms: at(0.99) };
  process.send?.(report);
  tally.waits = [];
});
process.send?.("ready");

async function open(id: string, pair: number): Promise<WebSocket> {
  const socket = new WebSocket(
    `ws://127.0.0.1:${port}/peerjs?key=peerjs&id=${id}&token=${id}&version=1.5.5`,
    { localAddress: `127.1.${pair >> 8}.${(pair & 0xff) + 1}` },
  );
  socket.on("close", () => tally.closed++);
  await new Promise<void>((resolve, reject) => {
    socket.once("message", () => resolve());
    socket.once("error", reject);
  });
  return socket;
}
