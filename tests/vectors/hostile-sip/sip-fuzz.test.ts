import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { checkForProxy, checkRequest, type ServerRules } from "../../../protocol/sip/check-request.ts";
import { isForClient, isForNextHop } from "../../../protocol/sip/check-response.ts";
import { splitList } from "../../../protocol/sip/comma-list.ts";
import { createResponse } from "../../../protocol/sip/create-response.ts";
import { popRoute, popVia, prependHeader, withHeader } from "../../../protocol/sip/edit-message.ts";
import {
  callId,
  contacts,
  contentType,
  cseq,
  expires,
  from,
  header,
  headerValues,
  maxForwards,
  recordRoutes,
  routes,
  to,
  tokens,
  topVia,
} from "../../../protocol/sip/fields.ts";
import { formatMessage } from "../../../protocol/sip/format-message.ts";
import {
  parseMediaType,
  parseNameAddr,
  parseNameAddrs,
  parseRAck,
  parseSeconds,
  parseTokens,
  parseVia,
} from "../../../protocol/sip/headers.ts";
import type { SipMessage } from "../../../protocol/sip/message.ts";
import { parseMessage } from "../../../protocol/sip/parse-message.ts";
import { parseDate } from "../../../protocol/sip/sip-date.ts";
import { SipParseError } from "../../../protocol/sip/sip-parse-error.ts";
import { sipLimits } from "../../../protocol/sip/text-limits.ts";
import { isSameUri, parseUri } from "../../../protocol/sip/uri.ts";
import { hostileMessages } from "./messages.ts";
import { createRandom, mutate, pick, splice } from "./mutations.ts";
import { request, requestWith, response } from "./request.ts";

// `FUZZ_SECONDS=600 npm test -- fuzz` runs that long; `FUZZ_SEED` repeats what a run printed when it failed.
const seconds = Number(process.env["FUZZ_SECONDS"] ?? 0);
const seed = Number(process.env["FUZZ_SEED"] ?? (seconds > 0 ? Date.now() % 2 ** 31 : 20_261_121));
const rounds = 15_000;

const rules: ServerRules = {
  methods: new Set(["INVITE", "ACK", "BYE", "REGISTER"]),
  extensions: new Set(["100rel"]),
  mediaTypes: new Set(["application/sdp"]),
  schemes: new Set(["sip", "sips"]),
  demands: ["etherlynk.v1"],
};

const seeds = [
  request(),
  request({ "Content-Length": "Content-Length: 5" }, "v=0\r\n"),
  request({
    From: 'f : "Zo\xc3\xab, \\"B\\"" <sip:a;x@[::1]:5060;lr?a=b>;tag=1;q="a,b"',
    Via: "v: SIP/2.0/WS a, SIP / 2.0 / UDP b ; rport",
  }),
  requestWith(
    'Route: <sip:p.example;lr>, "P" <sip:q.example;lr>\r\nRecord-Route: <sip:r.example;lr>\r\nDate: Sat, 13 Nov 2010 23:29:00 GMT',
  ),
  requestWith(
    "Accept: application/sdp;q=0.1, */*\r\nRequire: 100rel\r\nSupported: a,\r\n b\r\nExpires: 60\r\nContent-Type: application/sdp;a=b",
  ),
  response(),
  response({ start: "SIP/2.0 401 No", Contact: 'WWW-Authenticate: Etherlynk realm="a", nonce="b"' }),
  ...hostileMessages.map(({ text }) => text).filter(text => text.length < 2_000),
  ...readTorture(),
];

/** Those that are read: what is changed in one that is refused anyway, mostly changes nothing. */
const sound = seeds.filter(text => tolerate(() => parseMessage(text)) !== undefined);

describe("SIP fuzz", () => {
  it("mutated messages: read and written again, or refused by SipParseError; nothing else", {
    timeout: seconds * 1000 + 60_000,
  }, () => {
    const random = createRandom(seed);
    const until = performance.now() + seconds * 1000;
    let read = 0;
    let count = 0;
    for (; count < rounds || performance.now() < until; count += 1) {
      const from = random(6) === 0 ? seeds : sound;
      const text =
        random(8) === 0
          ? splice(pick(from, random), pick(seeds, random), random)
          : mutate(pick(from, random), random);
      try {
        read += probe(text) ? 1 : 0;
      } catch (cause) {
        throw new Error(`FUZZ_SEED=${seed}, round ${count}: ${JSON.stringify(text)}`, { cause });
      }
    }
    // A fuzzer whose every message is refused at once, or none, tests nothing.
    expect(read / count).toBeGreaterThan(0.1);
    expect(read / count).toBeLessThan(0.9);
  });
});

/** Readers of one value, which take any length when they are called by themselves. */
const readers: Readonly<Record<string, (text: string) => unknown>> = {
  parseVia,
  parseNameAddr,
  parseNameAddrs,
  parseUri,
  parseTokens,
  parseMediaType,
  parseRAck,
  parseDate,
  parseSeconds,
  splitList,
};

describe("SIP readers take linear time", () => {
  const units = [
    ...'a1 \t,;:=@%<>"\\*.-()[]&?+\xc3\xff',
    "a.",
    "-.",
    "1.",
    "::",
    "1:",
    ";a",
    ";a=b",
    ';a="',
    "a,",
    "<a",
    "<>",
    '\\"',
    '""',
    "%41",
    "sip:",
    "sip:a@",
    "a ",
    "a:b,",
    "<a:b>,",
    "SIP/2.0/WS a,",
    "&a=b",
    "a/",
    "\r\n ",
  ];
  const starts = [
    "",
    "sip:",
    "sip:a@",
    "sip:a;",
    "sip:a?",
    "tel:+",
    "<sip:",
    '"',
    '"a" <sip:a',
    "SIP/2.0/WS ",
    "SIP/2.0/WS a;",
    "a/b;",
    "urn:",
  ];

  it.each(Object.entries(readers))("%s", (_name, reader) => {
    for (const start of starts) {
      for (const unit of units) {
        const text = start + unit.repeat(Math.ceil(60_000 / unit.length));
        expect(
          timeOf(() => reader(text)),
          `${start}${unit}...`,
        ).toBeLessThan(100);
      }
    }
  });

  it("a whole message of one header repeated or continued, with no limit but its size", () => {
    const limits = { messageBytes: 1e6, startLineBytes: 1e6, headerBytes: 1e6, headers: 1e6 };
    const values = [
      "Via: SIP/2.0/WS a",
      "Contact: <sip:a>",
      "Subject: a",
      "X: a",
      "Route: <sip:a>",
      "Supported: a",
    ];
    for (const value of values) {
      for (const unit of [...units, `\r\n${value}`, "\r\n"]) {
        const text = requestWith(value + unit.repeat(Math.ceil(60_000 / unit.length)));
        expect(
          timeOf(() => parseMessage(text, { limits })),
          `${value}${unit}...`,
        ).toBeLessThan(100);
      }
    }
  });
});

/** Whether the text was read. Whatever was read must be whole. */
function probe(text: string): boolean {
  const read = tolerate(() => parseMessage(text));
  if (read === undefined) return false;
  for (const field of [
    topVia,
    from,
    to,
    callId,
    cseq,
    maxForwards,
    contacts,
    routes,
    recordRoutes,
    contentType,
    expires,
  ]) {
    field(read);
  }
  for (const uri of [read.kind === "request" ? read.uri : "sip:a", from(read).uri, to(read).uri]) {
    const parsed = parseUri(uri);
    expect(isSameUri(parsed, parsed)).toBe(true);
  }
  for (const { uri } of [...contacts(read), ...routes(read)]) if (uri !== "*") parseUri(uri);
  if (header(read, "date") !== undefined) parseDate(header(read, "date") ?? "");
  // These look at headers that the reader of messages leaves alone.
  for (const key of ["supported", "require", "allow"]) tolerate(() => tokens(read, key));
  if (read.kind === "request") checkAsServer(read);
  else expect([true, false]).toContain(isForClient(read) || isForNextHop(read));
  const written = formatMessage(read);
  expect(parseMessage(written).headers.filter(({ key }) => key !== "content-length")).toEqual(
    read.headers.filter(({ key }) => key !== "content-length"),
  );
  editAndRead(read);
  return true;
}

function checkAsServer(read: SipMessage & { kind: "request" }): void {
  tolerate(() => checkRequest(read, rules));
  tolerate(() => checkForProxy(read, rules));
  // One more parameter may be one too many.
  if (to(read).params.length === sipLimits.params) return;
  const answer = createResponse(read, 404, { toTag: "t" });
  expect(parseMessage(formatMessage(answer))).toMatchObject({ kind: "response", status: 404 });
}

function editAndRead(read: SipMessage): void {
  const vias = headerValues(read, "via");
  const pushed = prependHeader(read, "Via", "SIP/2.0/WS p.example");
  // Where a line was full of Vias one more is none too many: it stands on a line of its own.
  if (read.headers.length < 127)
    expect(headerValues(parseMessage(formatMessage(pushed)), "via")).toEqual([
      "SIP/2.0/WS p.example",
      ...vias,
    ]);
  expect(headerValues(popVia(read), "via")).toEqual(vias.slice(1));
  expect(headerValues(popRoute(read), "route")).toEqual(headerValues(read, "route").slice(1));
  expect(maxForwards(withHeader(read, "Max-Forwards", "9"))).toBe(9);
}

function tolerate<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SipParseError)) throw error;
    expect(error.offset).toBeGreaterThanOrEqual(0);
    return undefined;
  }
}

/** Milliseconds of CPU, since others use this machine too; once more when it was slow, since code warms up. */
function timeOf(work: () => unknown): number {
  let least = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < 3 && least > 20; attempt += 1) {
    const start = process.cpuUsage();
    tolerate(work);
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

function readTorture(): string[] {
  const folder = new URL("../../../../shared/vectors/rfc4475/", import.meta.url);
  if (!existsSync(folder)) return [];
  return ["valid", "invalid"].flatMap(kind => {
    const files = new URL(`${kind}/`, folder);
    return readdirSync(files).map(name => readFileSync(new URL(name, files)).toString("latin1"));
  });
}
