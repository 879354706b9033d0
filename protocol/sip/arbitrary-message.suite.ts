import fc, { type Arbitrary } from "fast-check";
import { headerKey } from "./header-names.ts";
import type { ByteText, SipHeader, SipMessage } from "./message.ts";

// Messages as the grammar of RFC 3261 §25.1 makes them, for fast-check.

const alphanum = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const unreserved = `${alphanum}-_.!~*'()`;

function charsOf(
  chars: string,
  { min = 1, max = 12 }: { min?: number; max?: number } = {},
): Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...chars), minLength: min, maxLength: max });
}

/** Characters of a class, now and then one as %HH. */
function escapedOf(chars: string, options: { min?: number; max?: number } = {}): Arbitrary<string> {
  const hex = fc.nat(255).map(code => `%${code.toString(16).padStart(2, "0")}`);
  const { min: minLength = 1, max: maxLength = 12 } = options;
  return fc.string({
    unit: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...chars) }, { weight: 1, arbitrary: hex }),
    minLength,
    maxLength,
  });
}

export const token = charsOf(`${alphanum}-.!%*_+\`'~`);

const utf8 = fc.constantFrom("\xc3\xab", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xd0\xbd");

export const quotedString: Arbitrary<ByteText> = fc
  .array(
    fc.oneof(
      fc.constantFrom(...`${unreserved} ,;<>@:[]{}\t#`),
      utf8,
      fc
        .integer({ min: 0, max: 0x7f })
        .filter(code => code !== 10 && code !== 13)
        .map(code => `\\${String.fromCharCode(code)}`),
    ),
    { maxLength: 10 },
  )
  .map(parts => `"${parts.join("")}"`);

const label = fc
  .tuple(
    fc.constantFrom(..."abcXYZ"),
    charsOf(`${alphanum}-`, { min: 0, max: 6 }),
    fc.constantFrom(..."az09"),
  )
  .map(parts => parts.join(""));

export const host = fc.oneof(
  fc.array(label, { minLength: 1, maxLength: 3 }).map(labels => labels.join(".")),
  fc.ipV4(),
  fc.ipV6().map(address => `[${address}]`),
);

const port = fc.oneof(
  fc.constant(""),
  fc.nat(65_535).map(number => `:${number}`),
);

const uriParam = fc
  .tuple(escapedOf(`${unreserved}[]/:&+$`), fc.option(escapedOf(`${unreserved}[]/:&+$`), { nil: undefined }))
  .map(([name, value]) => (value === undefined ? `;${name}` : `;${name}=${value}`));
const uriParams = fc.array(uriParam, { maxLength: 3 }).map(params => params.join(""));
const uriHeaders = fc
  .array(
    fc
      .tuple(escapedOf(`${unreserved}[]/?:+$`), escapedOf(`${unreserved}[]/?:+$`, { min: 0 }))
      .map(pair => pair.join("=")),
    { maxLength: 2 },
  )
  .map(pairs => (pairs.length === 0 ? "" : `?${pairs.join("&")}`));
const userInfo = fc.oneof(
  fc.constant(""),
  escapedOf(`${unreserved}&=+$,;?/`).map(user => `${user}@`),
  fc
    .tuple(escapedOf(`${unreserved}&=+$,;?/`), escapedOf(`${unreserved}&=+$,`, { min: 0 }))
    .map(([user, password]) => `${user}:${password}@`),
);

/** A SIP URI without headers, as a Request-URI is. */
export const requestUri: Arbitrary<ByteText> = fc
  .tuple(fc.constantFrom("sip", "sips", "SIP"), userInfo, host, port, uriParams)
  .map(([scheme, ...parts]) => `${scheme}:${parts.join("")}`);

export const uri: Arbitrary<ByteText> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(requestUri, uriHeaders).map(parts => parts.join("")) },
  { weight: 1, arbitrary: charsOf("0123456789-.()", { min: 0 }).map(number => `tel:+9${number}`) },
  { weight: 1, arbitrary: charsOf(`${alphanum}/:-.`).map(rest => `urn:${rest}`) },
);

const param = fc
  .tuple(token, fc.oneof(fc.constant(undefined), token, quotedString, host))
  .map(([name, value]) => (value === undefined ? `;${name}` : `;${name}=${value}`));
const params = fc.array(param, { maxLength: 4 }).map(list => list.join(""));

const displayName = fc.oneof(
  fc.constant(""),
  quotedString,
  fc.array(token, { minLength: 1, maxLength: 3 }).map(words => `${words.join(" ")} `),
);
export const address: Arbitrary<ByteText> = fc
  .tuple(displayName, uri, params)
  .map(([name, inside, after]) => `${name}<${inside}>${after}`);
const addresses = fc.array(address, { minLength: 1, maxLength: 3 }).map(list => list.join(", "));

export const via: Arbitrary<ByteText> = fc
  .tuple(token, host, port, params)
  .map(([transport, ...sentBy]) => `SIP/2.0/${transport} ${sentBy.join("")}`);
const vias = fc.array(via, { minLength: 1, maxLength: 3 }).map(list => list.join(","));

const word = charsOf(`${alphanum}-.!%*_+\`'~()<>:\\"/[]?{}`);
const callId = fc.oneof(
  word,
  fc.tuple(word, word).map(words => words.join("@")),
);

/** Text of people, without blanks at its ends. */
const text = fc
  .array(fc.oneof(charsOf(`${unreserved}()<>@,;:\\"/[]?={} \t`), utf8), { maxLength: 6 })
  .map(parts => parts.join("").replace(/^[ \t]+|[ \t]+$/g, ""));

const other: Arbitrary<[string, ByteText]> = fc.oneof(
  fc.tuple(
    token.filter(name => headerKey(name) === name.toLowerCase()).map(name => `X-${name}`),
    text,
  ),
  fc.tuple(fc.constantFrom("Contact", "m", "Route", "record-route", "Path"), addresses),
  fc.tuple(fc.constantFrom("Supported", "k", "Require", "Allow", "Accept", "__proto__"), text),
  fc.tuple(fc.constantFrom("Via", "v", "VIA"), vias),
);

/** Those that may stand once, each at most once, in any order among the others. */
function headersOf(method: string): Arbitrary<[string, ByteText][]> {
  const seq = fc.nat(2 ** 31 - 1);
  const optional = (header: Arbitrary<[string, ByteText]>) => fc.array(header, { maxLength: 1 });
  return fc
    .tuple(
      fc.tuple(fc.constantFrom("Via", "v"), vias),
      fc.tuple(fc.constantFrom("From", "f", "fRoM"), address),
      fc.tuple(fc.constantFrom("To", "t"), address),
      fc.tuple(fc.constantFrom("Call-ID", "i", "call-id"), callId),
      fc.tuple(
        fc.constant("CSeq"),
        seq.map(number => `${number} ${method}`),
      ),
      optional(fc.tuple(fc.constant("Max-Forwards"), fc.nat(255).map(String))),
      optional(fc.tuple(fc.constantFrom("Subject", "s"), text)),
      optional(
        fc.tuple(
          fc.constantFrom("Content-Type", "c"),
          fc.tuple(token, token, params).map(([a, b, c]) => `${a}/${b}${c}`),
        ),
      ),
      fc.array(other, { maxLength: 5 }),
    )
    .chain(([via, from, to, id, cseq, ...more]) =>
      fc.shuffledSubarray([via, from, to, id, cseq, ...more.flat()], { minLength: 5 + more.flat().length }),
    );
}

const body = fc.string({ unit: fc.nat(255).map(code => String.fromCharCode(code)), maxLength: 60 });
const reason = text.map(words => words.replaceAll("\t", " "));

/** Whole messages, with the Content-Length that writing them would add. */
export const message: Arbitrary<SipMessage> = fc
  .tuple(
    token.filter(method => !/^sip$/i.test(method)),
    fc.boolean(),
  )
  .chain(([method, isRequest]) =>
    fc.tuple(
      isRequest
        ? requestUri.map(uri => ({ kind: "request" as const, method, uri }))
        : fc
            .tuple(fc.integer({ min: 100, max: 699 }), reason)
            .map(([status, reason]) => ({ kind: "response" as const, status, reason })),
      headersOf(method),
      body,
    ),
  )
  .map(([start, headers, body]) => ({
    ...start,
    headers: [...headers, ["l", String(body.length)] as const].map(toLine),
    body,
  }));

function toLine([name, value]: readonly [string, ByteText]): SipHeader {
  return { key: headerKey(name), name, value };
}
