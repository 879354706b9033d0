import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import type { NodeConfig } from "../../signaller/node.ts";
import { createSipClient } from "./sip-client.ts";
import { startNode, type TestNode } from "./test-node.ts";

const SECONDS = Number(process.env["FUZZ_SECONDS"] ?? 4);
const SEED = Number(process.env["FUZZ_SEED"] ?? Date.now() % 1_000_000);
const DOMAIN = "open.example";

/** Small, fast, and the same for the same seed (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Random = () => number;
const pick = <Item>(random: Random, items: readonly Item[]): Item =>
  items[Math.floor(random() * items.length)] as Item;

const methods = [
  "INVITE",
  "ACK",
  "CANCEL",
  "BYE",
  "REGISTER",
  "OPTIONS",
  "MESSAGE",
  "INFO",
  "PRACK",
  "UPDATE",
  "SUBSCRIBE",
  "NOTIFY",
  "REFER",
  "invite",
  "X",
  "A".repeat(300),
];
const uris = [
  `sip:bob@${DOMAIN}`,
  `sip:alice@${DOMAIN};gr=urn:uuid:1`,
  `sip:${DOMAIN}`,
  `sip:fuzz@fuzz.invalid;transport=ws`,
  "sip:page@peerjs.invalid",
  "tel:+99912345678",
  "sips:bob@open.example",
  "sip:%00%ff@open.example",
  "sip:bob@[::1]:5060",
  "sip:@",
  "sip:",
  "mailto:a@b",
  `sip:0x${"ab".repeat(20)}@${DOMAIN}`,
  `sip:${"x".repeat(3_000)}@y`,
  "sip:bob@open.example?Route=%3Csip:x%3E",
  `sip:${DOMAIN};lr`,
  "sip:bob@open.example;lr;lr;method=REGISTER",
  "*",
  "sip:__proto__@open.example",
  "sip:constructor@open.example",
];
const values: Readonly<Record<string, readonly string[]>> = {
  Via: [
    "SIP/2.0/WS fuzz.invalid;branch=z9hG4bKfuzz",
    "SIP/2.0/WS fuzz.invalid",
    "SIP/2.0/UDP [::1]:99999;branch=z9hG4bK",
    "SIP/2.0/WS open.example;branch=z9hG4bKx.0.y",
    "SIP/2.0/WS a;branch=z9hG4bK1, SIP/2.0/WS b;branch=z9hG4bK2",
    ";;;",
  ],
  From: [
    `<sip:fuzz@${DOMAIN}>;tag=1`,
    "<sip:fuzz@open.example>",
    '"\\"" <sip:a@b>;tag="x"',
    "sip:a@b;tag=1;tag=2",
    "<",
    "Anonymous <sip:anonymous@anonymous.invalid>;tag=x",
  ],
  To: [`<sip:bob@${DOMAIN}>`, `<sip:bob@${DOMAIN}>;tag=x`, "*", "<sip:bob@open.example", "<mailto:bob>"],
  "Call-ID": ["fuzz", "a@b", '"', "x".repeat(9_000), "__proto__"],
  CSeq: ["1 INVITE", "0 REGISTER", "4294967296 INVITE", "-1 BYE", "1", "1 1 1"],
  "Max-Forwards": ["70", "0", "1", "-5", "256", "many"],
  Contact: [
    "<sip:fuzz@fuzz.invalid;transport=ws>;expires=60",
    "*",
    "<sip:bob@open.example>;expires=60",
    "<sip:a@b>,<sip:c@d>,<sip:e@f>",
    '<sip:x@y>;+sip.instance="<urn:x>";reg-id=99999999999;q=9',
    "<sip:x@y>;expires=99999999999",
  ],
  Route: [
    `<sip:${DOMAIN};lr>`,
    "<sip:far.example;lr>",
    "<sip:open.example>",
    "<sip:open.example;lr>, <sip:open.example;lr>",
    "bad",
  ],
  "Record-Route": ["<sip:x;lr>"],
  Expires: ["0", "600", "soon", "-1"],
  Require: ["gruu", "etherlynk.v1", "x,y,z", ","],
  "Proxy-Require": ["x", ""],
  Supported: ["gruu, outbound, etherlynk.v1", ""],
  "Content-Length": ["0", "5", "999999", "-1", "x"],
  "Content-Type": ["application/sdp", "application/trickle-ice-sdpfrag", "x"],
  Authorization: ['Etherlynk delegation="AAAA", nonce="x", sig="AAAA"', "Etherlynk", 'Digest username="x"'],
  "P-Asserted-Identity": ["<sip:bob@open.example>"],
  "Max-Breadth": ["0", "1", "x"],
};
const order = ["Via", "Max-Forwards", "From", "To", "Call-ID", "CSeq", "Contact"];

/** A message that is nearly SIP: each part may be missing, doubled, or another's. */
function nearlySip(random: Random, branch: number): string {
  const method = pick(random, methods);
  const start =
    random() < 0.15
      ? pick(random, [
          "SIP/2.0 200 OK",
          "SIP/2.0 100 Trying",
          "SIP/2.0 700 Odd",
          "SIP/2.0 099 Odd",
          "SIP/3.0 200 OK",
          "SIP/2.0 200",
          "",
        ])
      : `${method} ${pick(random, uris)} ${random() < 0.95 ? "SIP/2.0" : pick(random, ["SIP/7.0", "", "HTTP/1.1"])}`;
  const lines = order.filter(() => random() < 0.97).map(name => toLine(random, name, { method, branch }));
  while (random() < 0.5) lines.push(toLine(random, pick(random, Object.keys(values)), { method, branch }));
  if (random() < 0.1) lines.sort(() => random() - 0.5);
  if (random() < 0.05) lines.push(`X-${"y".repeat(20)}: ${"z".repeat(Math.floor(random() * 20_000))}`);
  const body =
    random() < 0.3
      ? "v=0\r\no=- 1 1 IN IP4 0\r\ns=-\r\nt=0 0\r\nm=audio 9 X 0\r\n".repeat(Math.floor(random() * 3))
      : "";
  const text = `${start}\r\n${lines.join("\r\n")}\r\n\r\n${body}`;
  return random() < 0.15 ? damage(random, text) : text;
}

function toLine(
  random: Random,
  name: string,
  { method, branch }: { method: string; branch: number },
): string {
  if (name === "Via" && random() < 0.8) return `Via: SIP/2.0/WS fuzz.invalid;branch=z9hG4bK${branch}`;
  if (name === "CSeq" && random() < 0.85) return `CSeq: ${1 + Math.floor(random() * 9)} ${method}`;
  if (name === "Call-ID" && random() < 0.8) return `Call-ID: fuzz-${branch % 50}`;
  const value = random() < 0.8 ? (values[name]?.[0] ?? "") : pick(random, values[name] ?? [""]);
  return `${random() < 0.95 ? name : name.toLowerCase()}${pick(random, [": ", ":", " : ", ":\r\n "])}${value}`;
}

function damage(random: Random, text: string): string {
  const at = Math.floor(random() * text.length);
  switch (Math.floor(random() * 4)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + String.fromCharCode(Math.floor(random() * 128)) + text.slice(at + 1);
    case 2:
      return text.slice(0, at) + text.slice(at, at + 40).repeat(5) + text.slice(at);
    default:
      return text.replaceAll("\r\n", pick(random, ["\n", "\r", "\r\n\r\n"]));
  }
}

async function connect(node: TestNode): Promise<WebSocket> {
  const socket = new WebSocket(node.url, "sip");
  socket.on("error", () => undefined);
  await new Promise<void>(resolve => {
    socket.on("open", () => resolve());
    socket.on("close", () => resolve());
  });
  return socket;
}

/** Sends garbage until the time is over; a connection that is closed for it is opened anew. */
async function pour(node: TestNode, random: Random, until: number): Promise<number> {
  let sent = 0;
  while (performance.now() < until) {
    const socket = await connect(node);
    for (let i = 0; i < 2_000 && socket.readyState === WebSocket.OPEN && performance.now() < until; i++) {
      socket.send(nearlySip(random, sent++), { binary: random() < 0.1 });
      if (i % 20 === 0) await new Promise(resolve => setImmediate(resolve));
    }
    socket.terminate();
  }
  return sent;
}

describe("SIP that is nearly right", () => {
  it.each<[string, NodeConfig]>([
    ["an open node", { open: true }],
    ["an open node of a domain", { open: true, domain: DOMAIN }],
    ["a closed node", { domain: DOMAIN }],
  ])(
    `poured at %s (seed ${SEED}): it stays up, and serves the others`,
    async (_, config) => {
      const node = await startNode(config);
      const until = performance.now() + SECONDS * 1_000;
      const pouring = Promise.all([1, 2, 3].map(n => pour(node, createRandom(SEED + n), until)));
      let calls = 0;
      if (config.open === true) {
        const alice = await createSipClient(node.url, {
          user: "honest.alice",
          domain: DOMAIN,
          localAddress: "127.0.0.2",
        });
        const bob = await createSipClient(node.url, {
          user: "honest.bob",
          domain: DOMAIN,
          localAddress: "127.0.0.3",
        });
        await Promise.all([alice.register(), bob.register()]);
        while (performance.now() < until) {
          const invite = alice.send("INVITE", `sip:honest.bob@${DOMAIN}`);
          const ringing = await bob.request("INVITE");
          bob.respond(ringing, 200);
          const dialog = alice.confirm(invite, await alice.response(invite, 200));
          await bob.request("ACK");
          const bye = alice.inDialog("BYE", dialog);
          bob.respond(await bob.request("BYE"), 200);
          await alice.response(bye, 200);
          calls++;
          // As fast as a busy office, not as a flood that bounds are there for.
          await new Promise(resolve => setTimeout(resolve, 15));
        }
        expect(calls).toBeGreaterThan(0);
      }
      const sent = await pouring;
      expect(Math.min(...sent)).toBeGreaterThan(100);
      const last = await createSipClient(node.url, {
        user: "last",
        domain: DOMAIN,
        localAddress: "127.0.0.4",
      });
      expect((await last.ask("OPTIONS", `sip:${DOMAIN}`)).status).toBe(config.open === true ? 200 : 403);
    },
    (SECONDS + 20) * 1_000,
  );
});
