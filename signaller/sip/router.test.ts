import { describe, expect, it } from "vitest";
import { parseMessage } from "../../protocol/sip/parse-message.ts";
import { screenRequest } from "../../protocol/sip/proxy-screen.ts";
import { toContactKey, toSipUri } from "./address-keys.ts";
import { createDomains } from "./domains.ts";
import type { Flow } from "./flow.ts";
import { type Binding, createRegistrar } from "./registrar.ts";
import { createRouter } from "./router.ts";
import type { Way } from "./way.ts";

const ECHO = `0x${"ec".repeat(20)}`;

function createSetting({ nameless = false, linked = true } = {}) {
  const domains = createDomains(nameless ? undefined : "a.example", ["b.example"]);
  const registrar = createRegistrar(() => 0);
  const toFlow = (id: number, kind: Flow["kind"] = "client"): Flow => ({
    kind,
    id,
    closed: false,
    deliver: () => true,
  });
  const link = toFlow(-1, "link");
  const bridge = { has: (id: string) => id === "page-1", host: "peerjs.invalid", flow: toFlow(0, "bridge") };
  const route = createRouter({
    domains,
    aliases: new Map([["echo", ECHO]]),
    registrar,
    peers: { flowTo: () => (linked ? link : undefined) },
    guests: () => bridge,
  });
  const proxy = {
    via: "SIP/2.0/WS a.example",
    sentBy: "a.example",
    recordRoute: "<sip:a.example;lr>",
    isOurs: domains.isOwn,
    extensions: new Set<string>(),
  };
  return {
    registrar,
    link,
    toFlow,
    add(flow: Flow, over: Partial<Binding> = {}) {
      const contact = over.contact ?? `sip:d${flow.id}@d${flow.id}.invalid`;
      const uri = toSipUri(contact);
      if (uri === undefined) throw new Error("This is an address.");
      registrar.put({
        user: "bob",
        contact,
        contactKey: toContactKey(uri),
        instance: `urn:uuid:${flow.id}`,
        regId: 0,
        callId: "c",
        cseq: 1,
        expires: 100,
        q: 1_000,
        flow,
        ...over,
      });
    },
    way(uri: string, { from = "alice", flow = toFlow(99), routes = "" } = {}): Way {
      const request = parseMessage(
        `INVITE ${uri} SIP/2.0\r\nVia: SIP/2.0/WS x.invalid;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n${routes}From: <sip:${from}@a.example>;tag=1\r\nTo: <sip:x@y>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n\r\n`,
      );
      const screened = request.kind === "request" ? screenRequest(request, proxy) : undefined;
      if (screened?.kind !== "pass") throw new Error("This request passes.");
      const way = route(screened, flow);
      if (way instanceof Promise) throw new Error("Without a chain nobody has to be asked.");
      return way;
    },
  };
}

/** Groups of `uri>hop`, with what is tried otherwise in brackets. */
function draw(way: Way): string {
  if (way.kind === "self") return "self";
  if (way.kind === "nobody") return String(way.status);
  return way.groups
    .map(group =>
      group
        .map(
          ({ uri, hop, otherwise }) => `${uri}>${hop}${otherwise === undefined ? "" : `[${otherwise.hop}]`}`,
        )
        .join(" "),
    )
    .join(" | ");
}

describe("ways", () => {
  it("to a user: all devices together", () => {
    const { add, toFlow, way } = createSetting();
    add(toFlow(1));
    add(toFlow(2));
    expect(draw(way("sip:bob@a.example"))).toBe("sip:d1@d1.invalid>1 sip:d2@d2.invalid>2");
    expect(draw(way("sip:b%6Fb@A.example:5060"))).toBe("sip:d1@d1.invalid>1 sip:d2@d2.invalid>2");
  });

  it("to a user: devices of the highest preference first", () => {
    const { add, toFlow, way } = createSetting();
    add(toFlow(1), { q: 300 });
    add(toFlow(2));
    add(toFlow(3), { q: 300 });
    expect(draw(way("sip:bob@a.example"))).toBe(
      "sip:d2@d2.invalid>2 | sip:d1@d1.invalid>1 sip:d3@d3.invalid>3",
    );
  });

  it("to a device of two connections: by the newer one, and the older should it fail", () => {
    const { add, toFlow, way } = createSetting();
    add(toFlow(1), { instance: "urn:uuid:x", regId: 1 });
    add(toFlow(2));
    add(toFlow(3), { instance: "urn:uuid:x", regId: 2 });
    expect(draw(way("sip:bob@a.example"))).toBe("sip:d3@d3.invalid>3[1] sip:d2@d2.invalid>2");
    expect(draw(way("sip:bob@a.example;gr=urn:uuid:x"))).toBe("sip:d3@d3.invalid>3[1]");
    expect(draw(way("sip:bob@a.example;gr=urn:uuid:gone"))).toBe("480");
  });

  it("to oneself: the other devices, never the one that calls", () => {
    const { add, toFlow, way } = createSetting();
    const own = toFlow(1);
    add(own);
    expect(draw(way("sip:bob@a.example", { from: "bob", flow: own }))).toBe("480");
    add(toFlow(2));
    expect(draw(way("sip:bob@a.example", { from: "bob", flow: own }))).toBe("sip:d2@d2.invalid>2");
    expect(draw(way("sip:bob@a.example", { from: "alice", flow: own }))).toBe(
      "sip:d1@d1.invalid>1 sip:d2@d2.invalid>2",
    );
  });

  it.each([
    ["sip:a.example", "self"],
    ["sip:nobody@a.example", "404"],
    [`sip:0x${"ab".repeat(20)}@a.example`, "480"],
    ["sip:alice.eth@a.example", "480"],
    ["sip:+99912345678@a.example", "480"],
    ["sip:page-1@a.example", "sip:page-1@a.example>0"],
    ["sip:anybody@peerjs.invalid", "sip:anybody@peerjs.invalid>0"],
    ["sip:gone@gone.invalid", "480"],
    ["sip:carol@b.example", "sip:carol@b.example>-1"],
    ["sip:carol@c.example", "404"],
    ["tel:+12015550123", "404"],
  ])("%s leads to %s", (uri, wanted) => expect(draw(createSetting().way(uri))).toBe(wanted));

  it("to a domain whose link is down: 503; from one domain to another: none", () => {
    expect(draw(createSetting({ linked: false }).way("sip:carol@b.example"))).toBe("503");
    const { way, link } = createSetting();
    expect(draw(way("sip:carol@b.example", { flow: link }))).toBe("403");
  });

  it("by Route: to its domain, with the Request-URI as it is", () => {
    const { way } = createSetting();
    const routes = "Route: <sip:a.example;lr>, <sip:b.example;lr>\r\n";
    expect(draw(way("sip:x@far.invalid", { routes }))).toBe("sip:x@far.invalid>-1");
    expect(draw(way("sip:x@y", { routes: "Route: <sip:c.example;lr>\r\n" }))).toBe("404");
  });

  it("who is registered under a PeerJS id comes before the page", () => {
    const { add, toFlow, way } = createSetting();
    add(toFlow(7), { user: "page-1" });
    expect(draw(way("sip:page-1@a.example"))).toBe("sip:d7@d7.invalid>7");
  });

  it("an alias: to the devices of its account, whoever else is registered or connected under that name", () => {
    const { add, toFlow, way } = createSetting();
    expect(draw(way("sip:echo@a.example"))).toBe("480");
    add(toFlow(1), { user: "echo" });
    expect(draw(way("sip:echo@a.example"))).toBe("480");
    add(toFlow(2), { user: ECHO });
    expect(draw(way("sip:echo@a.example"))).toBe("sip:d2@d2.invalid>2");
    expect(draw(way("sip:echo@a.example;gr=urn:uuid:2"))).toBe("sip:d2@d2.invalid>2");
    expect(draw(way("sip:echo@b.example"))).toBe("sip:echo@b.example>-1");
    expect(draw(way("sip:Echo@a.example"))).toBe("404");
  });

  it("the same in an open node without a domain, where a Contact may name any host", () => {
    const { add, toFlow, way } = createSetting({ nameless: true });
    add(toFlow(1));
    add(toFlow(2), { user: "mallory", contact: "sip:bob@any.example" });
    add(toFlow(3), { user: "carol", contact: "sip:carol-s-phone@192.0.2.3:5060" });
    expect(draw(way("sip:bob@any.example"))).toBe("sip:d1@d1.invalid>1");
    expect(draw(way("sip:carol-s-phone@192.0.2.3:5060"))).toBe("sip:carol-s-phone@192.0.2.3:5060>3");
  });

  it("a Contact in the domain itself is a user's address, not a way around the registrar", () => {
    const { add, toFlow, way, registrar } = createSetting();
    add(toFlow(1));
    add(toFlow(2), { user: "mallory", contact: "sip:bob@a.example" });
    registrar.note("carol@a.example", toFlow(3));
    expect(draw(way("sip:bob@a.example"))).toBe("sip:d1@d1.invalid>1");
    expect(draw(way("sip:carol@a.example"))).toBe("404");
  });
});
