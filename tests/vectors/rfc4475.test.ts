import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { checkForProxy, checkRequest, type ServerRules } from "../../protocol/sip/check-request.ts";
import { isForClient, isForNextHop } from "../../protocol/sip/check-response.ts";
import {
  contacts,
  contentType,
  cseq,
  expires,
  from,
  header,
  headerValues,
  maxForwards,
  routes,
  to,
  topVia,
  viaCount,
} from "../../protocol/sip/fields.ts";
import { formatMessage } from "../../protocol/sip/format-message.ts";
import type { SipMessage } from "../../protocol/sip/message.ts";
import { parseMessage } from "../../protocol/sip/parse-message.ts";
import { SipParseError } from "../../protocol/sip/sip-parse-error.ts";
import { serverKey } from "../../protocol/sip/transaction-key.ts";
import { param, parseUri, unescapeUri } from "../../protocol/sip/uri.ts";

// The 50 byte-exact messages of RFC 4475, Appendix A. They stand beside the checkout; elsewhere this is skipped.
const folder = new URL("../../../shared/vectors/rfc4475/", import.meta.url);
const isThere = existsSync(folder);
if (!isThere) console.warn("RFC 4475's messages are not on this machine: the torture test is skipped.");

/** "ok": served, or passed on; a status: refused with it; "drop": thrown away without a word. */
type Outcome = "ok" | "drop" | number;

/** What the reader of messages does, and then a server that it is meant for (a phone, a registrar), and a proxy. */
type Row = readonly [file: string, section: string, read: Outcome, server?: Outcome, proxy?: Outcome];

const table: readonly Row[] = [
  // 3.1.1 valid messages
  ["valid/wsinv", "3.1.1.1 a short tortuous INVITE", "ok", "ok", "ok"],
  ["valid/intmeth", "3.1.1.2 wide range of valid characters", "ok", 501, "ok"],
  ["valid/esc01", "3.1.1.3 valid use of the % escaping mechanism", "ok", "ok", "ok"],
  ["valid/escnull", "3.1.1.4 escaped nulls in URIs", "ok", "ok", "ok"],
  ["valid/esc02", "3.1.1.5 use of % when it is not an escape", "ok", 501, "ok"],
  ["valid/lwsdisp", "3.1.1.6 no LWS between display name and <", "ok", "ok", "ok"],
  ["valid/longreq", "3.1.1.7 long values in header fields", "ok", "ok", "ok"],
  ["valid/dblreq", "3.1.1.8 extra trailing octets in a datagram", "ok", "ok", "ok"],
  ["valid/semiuri", "3.1.1.9 semicolon-separated parameters in the user part", "ok", "ok", "ok"],
  ["valid/transports", "3.1.1.10 varied and unknown transport types", "ok", "ok", "ok"],
  ["valid/mpart01", "3.1.1.11 multipart MIME message", "ok", "ok", "ok"],
  ["valid/unreason", "3.1.1.12 unusual reason phrase", "ok", "ok"],
  ["valid/noreason", "3.1.1.13 empty reason phrase", "ok", "ok"],
  // 3.1.2 invalid messages
  ["invalid/badinv01", "3.1.2.1 extraneous header field separators", 400],
  ["invalid/clerr", "3.1.2.2 Content-Length larger than the message", 400],
  ["invalid/ncl", "3.1.2.3 negative Content-Length", 400],
  ["invalid/scalar02", "3.1.2.4 request scalar fields with overlarge values", 400],
  ["invalid/scalarlg", "3.1.2.5 response scalar fields with overlarge values", "drop"],
  ["invalid/quotbal", "3.1.2.6 unterminated quoted string in display name", 400],
  ["invalid/ltgtruri", "3.1.2.7 <> enclosing the Request-URI", 400],
  ["invalid/lwsruri", "3.1.2.8 LWS in the Request-URI", 400],
  ["invalid/lwsstart", "3.1.2.9 multiple SP separating request-line elements", 400],
  ["invalid/trws", "3.1.2.10 SP characters at the end of the request-line", 400],
  ["invalid/escruri", "3.1.2.11 escaped headers in the Request-URI", 400],
  ["invalid/baddate", "3.1.2.12 invalid time zone in Date", 400],
  ["invalid/regbadct", "3.1.2.13 name-addr URI not enclosed in <>", 400],
  ["invalid/badaspec", "3.1.2.14 spaces within addr-spec", 400],
  ["invalid/baddn", "3.1.2.15 non-token characters in display name", 400],
  ["invalid/badvers", "3.1.2.16 unknown protocol version", 505],
  ["invalid/mismatch01", "3.1.2.17 start line and CSeq method mismatch", 400],
  ["invalid/mismatch02", "3.1.2.18 unknown method with CSeq method mismatch", 400],
  ["invalid/bigcode", "3.1.2.19 overlarge response code", "drop"],
  // 3.2 transaction layer
  ["invalid/badbranch", "3.2.1 missing transaction identifier", "ok", "ok", "ok"],
  // 3.3 application layer
  ["invalid/insuf", "3.3.1 missing required header fields", 400],
  ["invalid/unkscm", "3.3.2 Request-URI with unknown scheme", "ok", 416, 416],
  ["invalid/novelsc", "3.3.3 Request-URI with known but atypical scheme", "ok", 416, 416],
  ["invalid/unksm2", "3.3.4 unknown URI schemes in header fields", "ok", 400, "ok"],
  ["invalid/bext01", "3.3.5 Proxy-Require and Require", "ok", 420, 420],
  ["invalid/invut", "3.3.6 unknown Content-Type", "ok", 415, "ok"],
  ["invalid/regaut01", "3.3.7 unknown Authorization scheme", "ok", 401, "ok"],
  ["invalid/multi01", "3.3.8 multiple values in single-value fields", 400],
  ["invalid/mcl01", "3.3.9 multiple Content-Length values", 400],
  ["invalid/bcast", "3.3.10 200 OK response with broadcast Via", "ok", "drop", "drop"],
  ["invalid/zeromf", "3.3.11 Max-Forwards of zero", "ok", "ok", 483],
  ["invalid/cparam01", "3.3.12 REGISTER with a contact header parameter", "ok", "ok", "ok"],
  ["invalid/cparam02", "3.3.13 REGISTER with a url-parameter", "ok", "ok", "ok"],
  ["invalid/regescrt", "3.3.14 REGISTER with a URL escaped header", "ok", "ok", "ok"],
  ["invalid/sdp01", "3.3.15 unacceptable Accept offering", "ok", 406, "ok"],
  // 3.4 backward compatibility
  ["invalid/inv2543", "3.4.1 INVITE with RFC 2543 syntax", "ok", "ok", "ok"],
  // In the archive, described nowhere: a request line without SIP-Version, and no Via to answer to.
  ["invalid/test", "Appendix A, no section", "drop"],
];

const challenge = 'Etherlynk realm="example.com", nonce="n", ts="1"';
const rules: ServerRules = {
  methods: new Set(["INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "REGISTER", "MESSAGE"]),
  extensions: new Set(["100rel"]),
  mediaTypes: new Set(["application/sdp", "multipart/mixed"]),
  schemes: new Set(["sip", "sips", "tel"]),
};

describe.skipIf(!isThere)("RFC 4475 torture messages", () => {
  it("the table names each of the 50 once", () => {
    const files = ["valid", "invalid"].flatMap(kind =>
      readdirSync(new URL(kind, folder)).map(name => `${kind}/${name.replace(".dat", "")}`),
    );
    expect(table.map(([file]) => file).sort()).toEqual(files.sort());
    expect(table).toHaveLength(50);
  });

  const rows = table.map(([file, section, read, server, proxy]) => ({ file, section, read, server, proxy }));
  it.each(rows)("$file ($section)", ({ file, read, server, proxy }) => {
    const message = readOrFail(file);
    expect(toOutcome(message)).toBe(read);
    if (message instanceof SipParseError) return;
    expect(asServer(file, message)).toBe(server);
    // A response that reached its client has no Via left for a proxy.
    if (proxy !== undefined) expect(asProxy(message)).toBe(proxy);
    expect(parseMessage(formatMessage(message))).toEqual(withLength(message));
  });

  it("wsinv: folded, compact, in any case, with blanks wherever they may stand", () => {
    const message = read("valid/wsinv");
    expect(to(message)).toEqual({
      uri: "sip:vivekg@chair-dnrc.example.com",
      params: [["tag", "1918181833n"]],
    });
    expect(from(message)).toEqual({
      displayName: 'J Rosenberg \\"',
      uri: "sip:jdrosen@example.com",
      params: [["tag", "98asjd8"]],
    });
    expect(maxForwards(message)).toBe(68);
    expect(cseq(message)).toEqual({ seq: 9, method: "INVITE" });
    expect(viaCount(message)).toBe(3);
    expect(topVia(message)).toEqual({
      protocol: "SIP/2.0",
      transport: "UDP",
      host: "192.0.2.2",
      params: [["branch", "390skdjuw"]],
    });
    expect(headerValues(message, "via")[2]).toBe(
      "SIP  /    2.0   / UDP  192.168.255.111   ; branch= z9hG4bK30239",
    );
    expect(header(message, "subject")).toBe("");
    expect(header(message, "newfangledheader")).toBe("newfangled value continued newfangled value");
    expect(header(message, "unknownheaderwithunusualvalue")).toBe(";;,,;;,;");
    expect(routes(message).map(({ uri }) => uri)).toEqual([
      "sip:services.example.com;lr;unknownwith=value;unknown-no-value",
    ]);
    expect(contacts(message)).toEqual([
      {
        displayName: 'Quoted string ""',
        uri: "sip:jdrosen@example.com",
        params: [
          ["newparam", "newvalue"],
          ["secondparam", undefined],
          ["q", "0.33"],
        ],
      },
    ]);
  });

  it("intmeth: every character of a token, escaped controls in quotes, UTF-8", () => {
    const message = read("valid/intmeth");
    expect(message).toMatchObject({ method: "!interesting-Method0123456789_*+`.%indeed'~" });
    expect(to(message).displayName).toBe("BEL:\x07 NUL:\0 DEL:\x7f");
    expect(from(message).displayName).toBe("token1~` token2'+_ token3*%!.-");
    expect(param(from(message).params, "tag")).toBe("_token~1'+`*%!-.");
    expect(header(message, "call-id")).toBe("intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{");
    expect(header(message, "extensionheader-!.%*+_`'~")).toBe(
      "\xef\xbb\xbf\xe5\xa4\xa7\xe5\x81\x9c\xe9\x9b\xbb",
    );
  });

  it("esc01, escnull, esc02, semiuri: %HH is an escape in a URI, and nowhere else", () => {
    const userOf = (uri: string) => {
      const read = parseUri(uri);
      return unescapeUri(read.kind === "sip" ? (read.user ?? "") : "");
    };
    const esc01 = read("valid/esc01");
    expect(esc01.kind === "request" && userOf(esc01.uri)).toBe("sips:user@example.com");
    expect(userOf(to(esc01).uri)).toBe("user");
    expect(userOf(contacts(read("valid/escnull"))[1]?.uri ?? "")).toBe("\0\0");
    const esc02 = read("valid/esc02");
    expect(esc02).toMatchObject({ method: "RE%47IST%45R" });
    expect(to(esc02).displayName).toBe("%Z%45");
    expect(contacts(esc02).map(({ uri }) => uri)).toEqual([
      "sip:alias1@host1.example.com",
      "sip:alias3@host3.example.com",
    ]);
    const semiuri = read("valid/semiuri");
    expect(semiuri.kind === "request" && userOf(semiuri.uri)).toBe("user;par=u@example.net");
  });

  it("dblreq: what follows the body is no part of the message", () => {
    const message = read("valid/dblreq");
    expect(message).toMatchObject({ method: "REGISTER", body: "" });
    expect(message.headers).toHaveLength(8);
  });

  it("longreq, transports, mpart01: kept whole", () => {
    expect(viaCount(read("valid/longreq"))).toBe(34);
    expect(headerValues(read("valid/transports"), "via")).toHaveLength(5);
    const mpart01 = read("valid/mpart01");
    expect(mpart01.body).toHaveLength(553);
    expect(contentType(mpart01)).toEqual({
      type: "multipart/mixed",
      params: [["boundary", "7a9cbec02ceef655"]],
    });
  });

  it("badbranch: the cookie alone identifies nothing, so RFC 2543's rules do", () => {
    const message = read("invalid/badbranch");
    if (message.kind !== "request") throw new Error("This is no request.");
    expect(serverKey(message)).toContain("badbranch.sadonfo23i420jv0as0derf3j3n");
  });

  it("scalar02: were only its expiry too large, it would count as none", () => {
    const text = load("invalid/scalar02").replace("36893488147419103232", "1").replace("300", "70");
    const message = parseMessage(text);
    expect(expires(message)).toBeUndefined();
    expect(param(contacts(message)[0]?.params ?? [], "expires")).toBe("280297596632815");
  });

  it("cparam01 and cparam02: a parameter belongs to the header, or in <> to the URI; regescrt: headers stay", () => {
    expect(contacts(read("invalid/cparam01"))).toEqual([
      { uri: "sip:+19725552222@gw1.example.net", params: [["unknownparam", undefined]] },
    ]);
    expect(contacts(read("invalid/cparam02"))).toEqual([
      { uri: "sip:+19725552222@gw1.example.net;unknownparam", params: [] },
    ]);
    expect(parseUri(contacts(read("invalid/regescrt"))[0]?.uri ?? "")).toMatchObject({
      headers: "Route=%3Csip:sip.example.com%3E",
    });
  });

  it("bext01, invut: the refusal says what is lacking", () => {
    expect(refusalOf("invalid/bext01")).toEqual([
      { key: "unsupported", name: "Unsupported", value: "nothingSupportsThis, nothingSupportsThisEither" },
    ]);
    expect(refusalOf("invalid/invut")).toEqual([
      { key: "accept", name: "Accept", value: "application/sdp, multipart/mixed" },
    ]);
    expect(refusalOf("invalid/regaut01", { ...rules, challenge })).toEqual([
      { key: "www-authenticate", name: "WWW-Authenticate", value: challenge },
    ]);
  });
});

function load(file: string): string {
  return readFileSync(new URL(`${file}.dat`, folder)).toString("latin1");
}

function read(file: string): SipMessage {
  return parseMessage(load(file));
}

/** Anything but a message or our own error fails the test. */
function readOrFail(file: string): SipMessage | SipParseError {
  try {
    return read(file);
  } catch (error) {
    if (error instanceof SipParseError) return error;
    throw error;
  }
}

function toOutcome(message: SipMessage | SipParseError): Outcome {
  return message instanceof SipParseError ? (message.status ?? "drop") : "ok";
}

function asServer(file: string, message: SipMessage): Outcome {
  if (message.kind === "response") return isForClient(message) ? "ok" : "drop";
  // Only this one is about credentials: whoever asks for them asks everybody.
  return checkRequest(message, file === "invalid/regaut01" ? { ...rules, challenge } : rules)?.status ?? "ok";
}

function asProxy(message: SipMessage): Outcome {
  if (message.kind === "response") return isForNextHop(message) ? "ok" : "drop";
  return checkForProxy(message, rules)?.status ?? "ok";
}

function refusalOf(file: string, withRules = rules) {
  const message = read(file);
  return message.kind === "request" ? checkRequest(message, withRules)?.headers : undefined;
}

/** Writing adds a right Content-Length where none was. */
function withLength(message: SipMessage): SipMessage {
  if (header(message, "content-length") !== undefined) return message;
  const line = { key: "content-length", name: "Content-Length", value: String(message.body.length) };
  return { ...message, headers: [...message.headers, line] };
}
