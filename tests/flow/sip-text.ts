/**
 * SIP text as these tests read it: by splitting lines, so that a fault of the product's parser cannot hide behind
 * the same fault here.
 */
export interface SipText {
  /** First line. */
  readonly start: string;
  /** Of a request; empty for a response. */
  readonly method: string;
  readonly uri: string;
  /** Of a response; 0 for a request. */
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

export function readSip(text: string): SipText {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) throw new Error(`No end of headers in ${JSON.stringify(text)}`);
  const [start = "", ...lines] = text.slice(0, end).split("\r\n");
  const headers = lines.map(line => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()] as const;
  });
  const [first = "", second = ""] = start.split(" ");
  const isResponse = first === "SIP/2.0";
  return {
    start,
    method: isResponse ? "" : first,
    uri: isResponse ? "" : second,
    status: isResponse ? Number(second) : 0,
    headers,
    body: text.slice(end + 4),
  };
}

/** Every value of a header, one per line as it was written. */
export function allOf(message: SipText, name: string): string[] {
  return message.headers
    .filter(([written]) => written.toLowerCase() === name.toLowerCase())
    .map(([, value]) => value);
}

/** The first value of a header, or "". */
export function oneOf(message: SipText, name: string): string {
  return allOf(message, name)[0] ?? "";
}

export function tagOf(value: string): string {
  return /;\s*tag=([^;>\s]+)/.exec(value)?.[1] ?? "";
}

/** What stands between the angle brackets, or the value without its parameters. */
export function uriOf(value: string): string {
  return /<([^>]*)>/.exec(value)?.[1] ?? value.split(";")[0] ?? "";
}

export function cseqOf(message: SipText): { seq: number; method: string } {
  const [seq = "", method = ""] = oneOf(message, "CSeq").split(/\s+/);
  return { seq: Number(seq), method };
}

export function branchOf(message: SipText): string {
  return /;branch=([^;,]+)/.exec(oneOf(message, "Via"))?.[1] ?? "";
}

export function writeSip(
  start: string,
  headers: readonly (readonly [name: string, value: string])[],
  body = "",
): string {
  const lines = [start, ...headers.map(([name, value]) => `${name}: ${value}`)];
  return `${lines.join("\r\n")}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
