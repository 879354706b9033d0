import { request, requestWith, response } from "./request.ts";

/** "ok": it is read; a status: refused with it; "drop": thrown away without an answer. */
export type Outcome = "ok" | "drop" | 400 | 414 | 505 | 513;

export interface Hostile {
  readonly name: string;
  readonly text: string;
  readonly outcome: Outcome;
}

/** Characters that stand where they are forbidden, and bytes that are no text (RFC 3261 §25.1). */
const bytes: readonly Hostile[] = [
  { name: "nothing", text: "", outcome: "drop" },
  { name: "line ends only", text: "\r\n".repeat(1_000), outcome: "drop" },
  { name: "blanks only", text: " ".repeat(1_000), outcome: "drop" },
  { name: "NULs only", text: "\0".repeat(1_000), outcome: "drop" },
  { name: "all 256 bytes", text: String.fromCharCode(...Array(256).keys()), outcome: "drop" },
  { name: "NUL in the method", text: request({ start: "IN\0VITE sip:bob@b.example SIP/2.0" }), outcome: 400 },
  {
    name: "NUL in the Request-URI",
    text: request({ start: "INVITE sip:b\0b@b.example SIP/2.0" }),
    outcome: 400,
  },
  { name: "NUL in an unknown header", text: requestWith("X-Any: a\0b"), outcome: 400 },
  { name: "NUL in the name of a header", text: requestWith("X\0Any: a"), outcome: 400 },
  { name: "NUL in quotes", text: request({ From: 'From: "a\0b" <sip:a@a.example>;tag=a' }), outcome: 400 },
  { name: "NUL in Call-ID", text: request({ "Call-ID": "Call-ID: a\0b" }), outcome: 400 },
  {
    name: "NUL before Content-Length's number",
    text: request({ "Content-Length": "Content-Length: \x000" }),
    outcome: 400,
  },
  {
    name: "NULs in the body",
    text: request({ "Content-Length": "Content-Length: 4" }, "\0\0\0\0"),
    outcome: "ok",
  },
  { name: "escape sequence of a terminal", text: requestWith("Subject: \x1b[2J"), outcome: 400 },
  {
    name: "backspaces in a display name",
    text: request({ From: 'From: "bob\b\b\b" <sip:a@a.example>' }),
    outcome: 400,
  },
  { name: "DEL", text: requestWith("Subject: a\x7fb"), outcome: 400 },
  { name: "CR without LF in a value", text: requestWith("Subject: a\rX-Admin: 1"), outcome: 400 },
  { name: "LF without CR in a value", text: requestWith("Subject: a\nX-Admin: 1"), outcome: 400 },
  { name: "LF without CR at every line", text: request().replaceAll("\r\n", "\n"), outcome: "drop" },
  { name: "CR without LF at every line", text: request().replaceAll("\r\n", "\r"), outcome: "drop" },
  { name: "CR CR LF", text: requestWith("Subject: a\r"), outcome: 400 },
  { name: "LF CR", text: request().replace("\r\nTo", "\n\rTo"), outcome: 400 },
  {
    name: "CR LF escaped in quotes",
    text: request({ From: 'From: "a\\\r\n" <sip:a@a.example>' }),
    outcome: 400,
  },
  { name: "empty line ended by LF alone", text: request().replace("\r\n\r\n", "\r\n\n"), outcome: 400 },
  { name: "byte order mark", text: `\xef\xbb\xbf${request()}`, outcome: 400 },
  { name: "UTF-16", text: [...request()].map(char => `${char}\0`).join(""), outcome: "drop" },
  { name: "characters that are no bytes", text: requestWith("Subject: \u{1f600}"), outcome: 400 },
  { name: "no-break spaces for spaces", text: request({ CSeq: "CSeq:\xa01\xa0INVITE" }), outcome: 400 },
  { name: "UTF-8 cut short", text: requestWith("Subject: \xe2\x82"), outcome: 400 },
  {
    name: "UTF-8 cut short in quotes",
    text: request({ From: 'From: "\xe2\x82" <sip:a@a.example>' }),
    outcome: 400,
  },
  { name: "UTF-8 beginning in its middle", text: requestWith("Subject: \x80"), outcome: 400 },
  { name: "UTF-8 overlong", text: requestWith("Subject: \xc0\xaf"), outcome: 400 },
  { name: "UTF-8 overlong in three", text: requestWith("Subject: \xe0\x80\xaf"), outcome: 400 },
  { name: "UTF-8 of a surrogate", text: requestWith("Subject: \xed\xa0\x80"), outcome: 400 },
  { name: "UTF-8 beyond Unicode", text: requestWith("Subject: \xf4\x90\x80\x80"), outcome: 400 },
  { name: "UTF-8 in the name of a header", text: requestWith("\xc3\xa9: a"), outcome: 400 },
  {
    name: "UTF-8 in a display name without quotes",
    text: request({ From: "From: Zo\xc3\xab <sip:a@a.example>" }),
    outcome: 400,
  },
  {
    name: "UTF-8 in a URI",
    text: request({ start: "INVITE sip:zo\xc3\xab@b.example SIP/2.0" }),
    outcome: 400,
  },
  {
    name: "UTF-8 where it may stand",
    text: request({ From: 'From: "Zo\xc3\xab \xf0\x9f\x98\x80" <sip:a@a.example>;tag=a' }),
    outcome: "ok",
  },
];

/** Other protocols that come to the same port. */
const strangers: readonly Hostile[] = [
  { name: "HTTP", text: "GET / HTTP/1.1\r\nHost: b.example\r\n\r\n", outcome: "drop" },
  { name: "RTSP", text: "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n", outcome: "drop" },
  { name: "TLS", text: "\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\r\n\r\n", outcome: "drop" },
  { name: "PeerJS", text: '{"type":"OFFER","dst":"b","payload":{}}', outcome: "drop" },
  { name: "STUN", text: "\0\x01\0\0!\x12\xa4B\r\n\r\n", outcome: "drop" },
];

/** RFC 3261 §7.1, §7.2. */
const startLines: readonly Hostile[] = [
  ["no version and 3,000 letters", `${"a".repeat(3_000)}\r\n\r\n`, "drop"],
  ["no end", "INVITE sip:bob@b.example SIP/2.0", "drop"],
  ["no version", "INVITE sip:bob@b.example\r\n\r\n", "drop"],
  ["nothing but a version", "SIP/2.0\r\n\r\n", "drop"],
].map(([name, text]) => ({ name: `start line: ${name}`, text: text ?? "", outcome: "drop" }) as const);

const requestLines: readonly Hostile[] = (
  [
    ["tabs for spaces", "INVITE\tsip:bob@b.example\tSIP/2.0", 400],
    ["a space before it", " INVITE sip:bob@b.example SIP/2.0", 400],
    ["a space after it", "INVITE sip:bob@b.example SIP/2.0 ", 400],
    ["no method", " sip:bob@b.example SIP/2.0", 400],
    ["no Request-URI", "INVITE  SIP/2.0", 400],
    ["folded", "INVITE sip:bob@b.example\r\n SIP/2.0", "drop"],
    ["a second request in it", "INVITE sip:bob@b.example SIP/2.0 BYE sip:bob@b.example SIP/2.0", 400],
    ["version of lower case", "INVITE sip:bob@b.example sip/2.0", "ok"],
    ["version 2.00", "INVITE sip:bob@b.example SIP/2.00", 505],
    ["version 3.0", "INVITE sip:bob@b.example SIP/3.0", 505],
    ["a version of 99 digits", `INVITE sip:bob@b.example SIP/${"9".repeat(99)}.0`, "drop"],
    ["a version of letters", "INVITE sip:bob@b.example SIP/two", "drop"],
    ["a method of 3,000 letters", `${"A".repeat(3_000)} sip:bob@b.example SIP/2.0`, 414],
    ["a Request-URI of 3,000 letters", `INVITE sip:${"a".repeat(3_000)}@b.example SIP/2.0`, 414],
    ["a method that is no token", "INV(ITE sip:bob@b.example SIP/2.0", 400],
    ["a method of an object", "__proto__ sip:bob@b.example SIP/2.0", 400],
  ] as const
).map(([name, start, outcome]) => ({ name: `request line: ${name}`, text: request({ start }), outcome }));

const statusLines: readonly Hostile[] = [
  "SIP/2.0 000 No",
  "SIP/2.0 099 No",
  "SIP/2.0 700 No",
  "SIP/2.0 20 No",
  "SIP/2.0 2000 No",
  "SIP/2.0 -200 No",
  "SIP/2.0 2e2 No",
  "SIP/2.0 200",
  "SIP/2.0  200 No",
  "SIP/2.0 200 a\0b",
  "SIP/2.0 200 \xff",
  `SIP/2.0 200 ${"a".repeat(3_000)}`,
].map(start => ({ name: `status line: ${start.slice(0, 20)}`, text: response({ start }), outcome: "drop" }));

/** RFC 3261 §19.1.1: as Request-URIs. */
const uris: readonly Hostile[] = (
  [
    ["sip:", 400],
    ["sip:@b.example", 400],
    ["sip:bob@", 400],
    ["sip:bob@@b.example", 400],
    ["sip:bob:pass:word@b.example", 400],
    ["sip:b%b@b.example", 400],
    ["sip:b%0@b.example", 400],
    ["sip:b%zz@b.example", 400],
    ["sip:bob@b%2eexample", 400],
    ["sip:bob@-b.example", 400],
    ["sip:bob@b-.example", 400],
    ["sip:bob@b..example", 400],
    ["sip:bob@.", 400],
    ["sip:bob@b_b.example", 400],
    ["sip:bob@1.2.3", 400],
    ["sip:bob@1.2.3.4.5", 400],
    ["sip:bob@256.1.1.1", 400],
    ["sip:bob@[::1", 400],
    ["sip:bob@[]", 400],
    ["sip:bob@[1:2:3:4:5:6:7:8:9]", 400],
    ["sip:bob@[1::2::3]", 400],
    ["sip:bob@[:::1]", 400],
    ["sip:bob@[12345::]", 400],
    ["sip:bob@[::1.2.3.256]", 400],
    ["sip:bob@[fe80::1%25eth0]", 400],
    ["sip:bob@b.example:", 400],
    ["sip:bob@b.example:65536", 400],
    ["sip:bob@b.example:-1", 400],
    [`sip:bob@b.example:${"9".repeat(400)}`, 400],
    ["sip:bob@b.example;", 400],
    ["sip:bob@b.example;;lr", 400],
    ["sip:bob@b.example;lr=", 400],
    ["sip:bob@b.example;=1", 400],
    ["sip:bob@b.example?Route=%3Csip:c.example%3E", 400],
    ["<sip:bob@b.example>", 400],
    ["tel:", 400],
    ["tel:+", 400],
    [":bob", 400],
    ["9:bob", 400],
    ["*", 400],
    [`sip:bob@b.example${";a".repeat(33)}`, 400],
    ["sip:__proto__@b.example;constructor=toString", "ok"],
    ["sip:%00%0d%0aVia:@b.example", "ok"],
    ["javascript:alert(1)", "ok"],
    ["sip:bob@[::ffff:1.2.3.4]:5060", "ok"],
  ] as const
).map(([uri, outcome]) => ({
  name: `URI: ${uri.slice(0, 40)}`,
  text: request({ start: `INVITE ${uri} SIP/2.0` }),
  outcome,
}));

/** Where a message ends (RFC 3261 §18.3), and a second one behind it. */
const lengths: readonly Hostile[] = [
  ...[
    "-1",
    "+5",
    "0x5",
    "5e0",
    "5.0",
    "5 5",
    "5,5",
    "five",
    "",
    '"5"',
    "9".repeat(400),
    "9007199254740993",
  ].map(value => ({
    name: `Content-Length: ${value.slice(0, 20)}`,
    text: request({ "Content-Length": `Content-Length: ${value}` }, "v=0\r\n"),
    outcome: 400 as const,
  })),
  { name: "Content-Length twice, equal", text: requestWith("Content-Length: 0"), outcome: 400 },
  { name: "Content-Length long and compact", text: requestWith("l: 5"), outcome: 400 },
  { name: "Content-Length in other case", text: requestWith("cONTENT-lENGTH: 5"), outcome: 400 },
  { name: "Content-Length with blanks in its name", text: requestWith("Content Length: 5"), outcome: 400 },
  {
    name: "Content-Length larger than the body",
    text: request({ "Content-Length": "Content-Length: 6" }, "v=0\r\n"),
    outcome: 400,
  },
  {
    name: "Content-Length of 4 GB",
    text: request({ "Content-Length": "Content-Length: 4294967296" }),
    outcome: 400,
  },
  {
    name: "Content-Length with zeros before it",
    text: request({ "Content-Length": "Content-Length: 0000000000000000000005" }, "v=0\r\n"),
    outcome: "ok",
  },
  {
    name: "Content-Length folded",
    text: request({ "Content-Length": "Content-Length:\r\n 5" }, "v=0\r\n"),
    outcome: "ok",
  },
  {
    name: "a second message behind the body",
    text: `${request()}${request({ CSeq: "CSeq: 2 INVITE" })}`,
    outcome: "ok",
  },
  { name: "headers that do not end", text: request().slice(0, -2), outcome: 400 },
  { name: "a header cut short", text: request().slice(0, -20), outcome: 400 },
  { name: "65,537 bytes", text: request({}, "a".repeat(65_536)).slice(0, 65_537), outcome: 513 },
  { name: "70,000 bytes of a response", text: response().padEnd(70_000, "a"), outcome: "drop" },
];

/** RFC 3261 §7.3. */
const headers: readonly Hostile[] = [
  { name: "no colon", text: requestWith("Subject"), outcome: 400 },
  { name: "no name", text: requestWith(": a"), outcome: 400 },
  { name: "first header folded", text: request({ Via: " Via: SIP/2.0/WS a.invalid" }), outcome: 400 },
  {
    name: "a header hidden in a fold",
    text: requestWith("Subject: a\r\n Via: SIP/2.0/WS evil.example"),
    outcome: "ok",
  },
  { name: "an empty line that is a fold", text: requestWith("Subject: a\r\n \r\n\t"), outcome: "ok" },
  {
    name: "a name of an object",
    text: requestWith("__proto__: a\r\nconstructor: b\r\ntoString: c\r\nhasOwnProperty: d"),
    outcome: "ok",
  },
  { name: "a name of 9,000 letters", text: requestWith(`${"a".repeat(9_000)}: a`), outcome: 400 },
  { name: "a value of 9,000 letters", text: requestWith(`Subject: ${"a".repeat(9_000)}`), outcome: 400 },
  { name: "4,000 folds", text: requestWith(`Subject: ${"\r\n a".repeat(4_000)}`), outcome: 400 },
  { name: "20,000 folds of blanks", text: requestWith(`Subject: ${"\r\n ".repeat(20_000)}`), outcome: 400 },
  { name: "129 headers", text: request({ Contact: Array(121).fill("X: a").join("\r\n") }), outcome: 400 },
  {
    name: "10,000 empty headers",
    text: request({ Contact: Array(10_000).fill("a:").join("\r\n") }),
    outcome: 400,
  },
  { name: "8,000 nested comments", text: requestWith(`User-Agent: ${"(".repeat(8_000)}`), outcome: "ok" },
  { name: "200 Vias", text: request({ Via: Array(200).fill("v:SIP/2.0/WS a").join("\r\n") }), outcome: 400 },
  {
    name: "500 Vias in a line",
    text: request({ Via: `v:${Array(500).fill("SIP/2.0/WS a").join(",")}` }),
    outcome: 400,
  },
  {
    name: "1,000 parameters of a Via",
    text: request({ Via: `v:SIP/2.0/WS a${";a=b".repeat(1_000)}` }),
    outcome: 400,
  },
  {
    name: "3,000 Contacts",
    text: request({ Contact: `m:${Array(2_000).fill("a:b").join(",")}` }),
    outcome: 400,
  },
];

/** One header replaced by one that is wrong. */
const values: readonly Hostile[] = (
  [
    "Via: ",
    "Via: SIP/2.0/WS",
    "Via: SIP/2.0 a.invalid",
    "Via: SIP/2.0/WSa.invalid;branch=z9hG4bKa",
    "Via: SIP/2.0/WS a.invalid;;branch=z9hG4bKa",
    "Via: SIP/2.0/WS a.invalid;branch=",
    "Via: SIP/2.0/WS a.invalid;=z9hG4bKa",
    'Via: SIP/2.0/WS a.invalid;branch="z9hG4bKa',
    "Via: SIP/2.0/WS a.invalid:99999",
    "Via: SIP/2.0/WS a.invalid:",
    "Via: SIP/2.0/WS a.invalid,",
    "Via: ,SIP/2.0/WS a.invalid",
    "Via: SIP/2.0/WS a.invalid b.invalid",
    "Via: SIP/2.0/WS a.invalid;received=[::1",
    "Via: SIP/2.0/WS a.invalid;received=1::2::3",
    "From: ",
    "From: alice@a.example",
    'From: "alice <sip:alice@a.example>',
    'From: "alice\\" <sip:alice@a.example>',
    "From: <sip:alice@a.example",
    "From: sip:alice@a.example>",
    "From: <<sip:alice@a.example>>",
    "From: <>",
    "From: <sip:alice@a.example> <sip:bob@b.example>",
    "From: <sip:alice@a.example>, <sip:bob@b.example>",
    "From: <sip:alice@a.example>;tag",
    "From: <sip:alice@a.example>;tag=",
    "From: <sip:alice@a.example>;tag=a b",
    "From: <sip:alice@a.example>;tag=<a>",
    "From: a,b <sip:alice@a.example>",
    "From: sip:alice@a.example?Subject=a",
    "From: < sip:alice@a.example>",
    `From: <sip:alice@a.example>${";a".repeat(40)}`,
    "To: ",
    "To: <sip:bob@b.example>;",
    "To: <sip:bob@b.example>\r\nt: <sip:eve@b.example>",
    "Call-ID: ",
    "Call-ID: a b",
    "Call-ID: a@b@c",
    "Call-ID: @b",
    "Call-ID: a, b",
    "Call-ID: a\r\ni: b",
    "CSeq: ",
    "CSeq: 1",
    "CSeq: INVITE",
    "CSeq: INVITE 1",
    "CSeq: -1 INVITE",
    "CSeq: 1.0 INVITE",
    "CSeq: 2147483648 INVITE",
    `CSeq: ${"9".repeat(400)} INVITE`,
    "CSeq: 1 invite",
    "CSeq: 1 BYE",
    "CSeq: 1 XINVITE",
    "CSeq: 1 INVITE INVITE",
    "CSeq: 1 INVITE\r\nCSeq: 2 INVITE",
    "Max-Forwards: ",
    "Max-Forwards: -1",
    "Max-Forwards: 256",
    "Max-Forwards: 7 0",
    "Max-Forwards: 70\r\nMax-Forwards: 0",
    "Contact: ",
    "Contact: *;expires=0",
    "Contact: *, <sip:alice@a.invalid>",
    "Contact: <sip:alice@a.invalid>,",
    "Contact: <sip:alice@a.invalid>,,<sip:alice@a.invalid>",
    'Contact: <sip:alice@a.invalid>;+sip.instance="<urn:uuid:1>',
    "Contact: <sip:alice@a.invalid>;q=",
  ] as const
).map(line => ({
  name: `value: ${line.slice(0, 60)}`,
  text: request({ [line.slice(0, line.indexOf(":"))]: line }),
  outcome: line === "From: <sip:alice@a.example>;tag" ? "ok" : 400,
}));

const added: readonly Hostile[] = [
  "Content-Type: application",
  "Content-Type: application/sdp;",
  "Content-Type: application/sdp;charset",
  "Content-Type: application/sdp\r\nc: text/plain",
  "Date: now",
  "Date: Mon, 30 Feb 2026 00:00:00 GMT",
  "Date: Sun, 21 Nov 2026 00:00:00 GMT",
  "Date: Sat, 21 Nov 2026 24:00:00 GMT",
  "Date: Sat, 21 Nov 2026 00:00:00 UTC",
  "Route: ",
  "Route: <sip:c.example;lr>;",
  "Record-Route: <sip:c.example;lr",
  "Path: c.example",
].map(line => ({
  name: `header: ${line}`,
  text: requestWith(line),
  outcome: line.endsWith("charset") ? "ok" : 400,
}));

const missing: readonly Hostile[] = ["Via", "From", "To", "Call-ID", "CSeq"].flatMap(name => [
  { name: `request without ${name}`, text: request({ [name]: "" }), outcome: 400 },
  { name: `response without ${name}`, text: response({ [name]: "" }), outcome: "drop" },
]);

export const hostileMessages: readonly Hostile[] = [
  ...bytes,
  ...strangers,
  ...startLines,
  ...requestLines,
  ...statusLines,
  ...uris,
  ...lengths,
  ...headers,
  ...values,
  ...added,
  ...missing,
];
