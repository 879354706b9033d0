/** What an attacker begins with: an INVITE with nothing wrong about it. */
const lines: Readonly<Record<string, string>> = {
  start: "INVITE sip:bob@b.example SIP/2.0",
  Via: "Via: SIP/2.0/WS a.invalid;branch=z9hG4bKa1",
  "Max-Forwards": "Max-Forwards: 70",
  From: "From: <sip:alice@a.example>;tag=a",
  To: "To: <sip:bob@b.example>",
  "Call-ID": "Call-ID: call-1@a.invalid",
  CSeq: "CSeq: 1 INVITE",
  Contact: "Contact: <sip:alice@a.invalid;transport=ws>",
  "Content-Length": "Content-Length: 0",
};

/** The same with some of its lines replaced, or left out where they are "". */
export function request(changes: Readonly<Record<string, string>> = {}, body = ""): string {
  const changed = { ...lines, ...changes };
  return `${Object.values(changed)
    .filter(line => line !== "")
    .join("\r\n")}\r\n\r\n${body}`;
}

/** The same with one more line. */
export function requestWith(line: string): string {
  return request({ To: `${lines["To"]}\r\n${line}` });
}

/** Its response. */
export function response(changes: Readonly<Record<string, string>> = {}): string {
  return request({ start: "SIP/2.0 200 OK", "Max-Forwards": "", ...changes });
}
