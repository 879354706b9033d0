import { describe, expect, it } from "vitest";
import { createSipClient } from "./sip-client.ts";
import { allOf, cseqOf, oneOf, type SipText, uriOf } from "./sip-text.ts";
import { startTwoNodes } from "./two-nodes.ts";

const SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n";
const ONE = "<sip:one.example;lr>";
const TWO = "<sip:two.example;lr>";

/** One message of the ladder: from whom to whom, and what it shows of its way. */
interface Rung {
  readonly from: string;
  readonly to: string;
  readonly start: string;
  readonly of: string;
  readonly vias: number;
  readonly hops: number | undefined;
  readonly recordRoutes: readonly string[];
  readonly routes: readonly string[];
}

type Wanted = [name: string, way: string, start: string, of: string, shown: Partial<Rung>];

describe("a call through two nodes", () => {
  it("climbs the ladder, message by message", async () => {
    const { one, two, tap } = await startTwoNodes();
    const seen: Rung[] = [];
    const [alice, bob] = await Promise.all([
      createSipClient(one.url, {
        user: "alice",
        domain: "one.example",
        onWire: (way, message) =>
          seen.push(toRung(way === ">" ? "Alice > node 1" : "node 1 > Alice", message)),
      }),
      createSipClient(two.url, {
        user: "bob",
        domain: "two.example",
        onWire: (way, message) => seen.push(toRung(way === ">" ? "Bob > node 2" : "node 2 > Bob", message)),
      }),
    ]);
    tap.onMessage((from, message) =>
      seen.push(toRung(from === "first" ? "node 1 > node 2" : "node 2 > node 1", message)),
    );
    await alice.register();
    await bob.register();
    seen.length = 0;

    const invite = alice.send("INVITE", "sip:bob@two.example", { body: SDP });
    const ringing = await bob.request("INVITE");
    await alice.response(invite, 100);
    bob.respond(ringing, 180);
    await alice.response(invite, 180);
    bob.respond(ringing, 200, { body: SDP });
    alice.confirm(invite, await alice.response(invite, 200));
    await bob.request("ACK");
    const bye = bob.inDialog("BYE", bob.answered(ringing));
    alice.respond(await alice.request("BYE"), 200);
    await bob.response(bye, 200);

    const [atAlice, atBob] = [uriOf(alice.contact), uriOf(bob.contact)];
    const both = { recordRoutes: [TWO, ONE] };
    const ladder: Wanted[] = [
      ["F1", "Alice > node 1", "INVITE sip:bob@two.example SIP/2.0", "INVITE", { vias: 1, hops: 70 }],
      [
        "F2",
        "node 1 > node 2",
        "INVITE sip:bob@two.example SIP/2.0",
        "INVITE",
        { vias: 2, hops: 69, recordRoutes: [ONE] },
      ],
      ["F3", "node 1 > Alice", "SIP/2.0 100 Trying", "INVITE", { vias: 1 }],
      ["F4", "node 2 > Bob", `INVITE ${atBob} SIP/2.0`, "INVITE", { vias: 3, hops: 68, ...both }],
      ["F5", "node 2 > node 1", "SIP/2.0 100 Trying", "INVITE", { vias: 2 }],
      ["F6", "Bob > node 2", "SIP/2.0 180 Ringing", "INVITE", { vias: 3, ...both }],
      ["F7", "node 2 > node 1", "SIP/2.0 180 Ringing", "INVITE", { vias: 2, ...both }],
      ["F8", "node 1 > Alice", "SIP/2.0 180 Ringing", "INVITE", { vias: 1, ...both }],
      ["F9", "Bob > node 2", "SIP/2.0 200 OK", "INVITE", { vias: 3, ...both }],
      ["F10", "node 2 > node 1", "SIP/2.0 200 OK", "INVITE", { vias: 2, ...both }],
      ["F11", "node 1 > Alice", "SIP/2.0 200 OK", "INVITE", { vias: 1, ...both }],
      ["F12a", "Alice > node 1", `ACK ${atBob} SIP/2.0`, "ACK", { vias: 1, hops: 70, routes: [ONE, TWO] }],
      ["F12b", "node 1 > node 2", `ACK ${atBob} SIP/2.0`, "ACK", { vias: 2, hops: 69, routes: [TWO] }],
      ["F12c", "node 2 > Bob", `ACK ${atBob} SIP/2.0`, "ACK", { vias: 3, hops: 68 }],
      ["F13a", "Bob > node 2", `BYE ${atAlice} SIP/2.0`, "BYE", { vias: 1, hops: 70, routes: [TWO, ONE] }],
      ["F13b", "node 2 > node 1", `BYE ${atAlice} SIP/2.0`, "BYE", { vias: 2, hops: 69, routes: [ONE] }],
      ["F13c", "node 1 > Alice", `BYE ${atAlice} SIP/2.0`, "BYE", { vias: 3, hops: 68 }],
      ["F14a", "Alice > node 1", "SIP/2.0 200 OK", "BYE", { vias: 3 }],
      ["F14b", "node 1 > node 2", "SIP/2.0 200 OK", "BYE", { vias: 2 }],
      ["F14c", "node 2 > Bob", "SIP/2.0 200 OK", "BYE", { vias: 1 }],
    ];
    const lines = ladder.map(([name, ...wanted]) => {
      const found = seen.find(rung => isRung(rung, wanted));
      return found === undefined ? `${name}  is missing: ${wanted.slice(0, 3).join(" ")}` : draw(name, found);
    });
    console.log(`\n${lines.join("\n")}\n`);
    expect(
      ladder.map(([name, ...wanted]) => [name, seen.filter(rung => isRung(rung, wanted)).map(bare)]),
    ).toEqual(ladder.map(([name, , , , shown]) => [name, [{ ...nothing, ...shown }]]));
    expect(seen).toHaveLength(ladder.length);
    // Nobody answers before being asked: each wire has its rungs in the order of the ladder.
    for (const way of new Set(ladder.map(([, it]) => it))) {
      const wanted = ladder.filter(([, it]) => it === way).map(([, , start]) => start);
      expect(seen.filter(({ from, to }) => `${from} > ${to}` === way).map(({ start }) => start)).toEqual(
        wanted,
      );
    }
  });
});

const nothing = { hops: undefined, recordRoutes: [], routes: [] };

function toRung(way: string, message: SipText): Rung {
  const [from = "", to = ""] = way.split(" > ");
  return {
    from,
    to,
    start: message.start,
    of: cseqOf(message).method,
    vias: allOf(message, "Via").length,
    hops: message.method === "" ? undefined : Number(oneOf(message, "Max-Forwards")),
    recordRoutes: allOf(message, "Record-Route"),
    routes: allOf(message, "Route"),
  };
}

function isRung({ from, to, start, of }: Rung, [way, line, method]: readonly unknown[]): boolean {
  return `${from} > ${to}` === way && start === line && of === method;
}

function bare({ vias, hops, recordRoutes, routes }: Rung) {
  return { vias, hops, recordRoutes, routes };
}

/** `F2    Alice      node 1 ----> node 2      Bob   INVITE …` */
function draw(name: string, { from, to, start, of, ...shown }: Rung): string {
  const places = ["Alice", "node 1", "node 2", "Bob"];
  const [left] = [places.indexOf(from), places.indexOf(to)].sort((one, other) => one - other);
  const isRight = places.indexOf(from) < places.indexOf(to);
  const line = places
    .map((place, at) => {
      const gap = at === left ? (isRight ? " -----> " : " <----- ") : "        ";
      return at === places.length - 1 ? place : `${place}${gap}`;
    })
    .join("");
  const words = [
    `Via ×${shown.vias}`,
    ...(shown.hops === undefined ? [] : [`Max-Forwards ${shown.hops}`]),
    ...(shown.recordRoutes.length === 0 ? [] : [`Record-Route ${shown.recordRoutes.join(" ")}`]),
    ...(shown.routes.length === 0 ? [] : [`Route ${shown.routes.join(" ")}`]),
  ];
  const what = start.startsWith("SIP/2.0") ? `${start.slice(8)} (${of})` : start.replace(" SIP/2.0", "");
  return `${name.padEnd(5)} ${line}   ${what.padEnd(46)} ${words.join("  ")}`;
}
