import type { Client } from "./client.ts";

/** As much of a SIP message as a user agent of the load looks at. */
export interface Received {
  /** `INVITE` of a request, or empty. */
  readonly method: string;
  /** Of a response, or 0. */
  readonly status: number;
  /** Header lines, without the first line and without the body. */
  readonly lines: readonly string[];
}

/** Both ends of a call as the caller knows it. */
export interface Call {
  readonly callId: string;
  readonly caller: Client;
  readonly callee: Client;
  readonly domain: string;
}

export function readMessage(text: string): Received {
  const head = text.slice(0, Math.max(0, text.indexOf("\r\n\r\n")));
  const [first = "", ...lines] = head.split("\r\n");
  const status = first.startsWith("SIP/2.0 ") ? Number(first.slice(8, 11)) : 0;
  return { method: status ? "" : first.slice(0, first.indexOf(" ")), status, lines };
}

/** The values of a header in the order in which they stand; none of the servers writes compact forms. */
export function headersOf({ lines }: Received, name: string): string[] {
  const prefix = `${name.toLowerCase()}:`;
  return lines
    .filter(line => line.length > name.length && line.slice(0, prefix.length).toLowerCase() === prefix)
    .map(line => line.slice(prefix.length).trim());
}

export function headerOf(message: Received, name: string): string {
  return headersOf(message, name)[0] ?? "";
}

/** The URI of a `Contact` value, between its angle brackets. */
export function toContactUri(contact: string): string {
  return contact.slice(contact.indexOf("<") + 1, contact.indexOf(">"));
}

export function toUserName(client: Client): string {
  return `u${client.index}`;
}

/** As JsSIP 3.13.8 registers. */
export function toRegister(client: Client, domain: string, cseq: number): string {
  const user = toUserName(client);
  return toRequest([
    `REGISTER sip:${domain} SIP/2.0`,
    toVia(client, `r${cseq}`),
    "Max-Forwards: 69",
    `To: <sip:${user}@${domain}>`,
    `From: <sip:${user}@${domain}>;tag=${client.token}`,
    `Call-ID: reg-${client.id.slice(0, 18)}`,
    `CSeq: ${cseq} REGISTER`,
    "Expires: 600",
    `Contact: <${toContact(client)}>;+sip.ice;reg-id=1;+sip.instance="<urn:uuid:${client.id}>";expires=600`,
    `Allow: ${allowed}`,
    "Supported: path,gruu,outbound",
    userAgent,
  ]);
}

export function toInvite({ callId, caller, callee, domain }: Call, contact: string): string {
  return toRequest(
    [
      `INVITE sip:${toUserName(callee)}@${domain} SIP/2.0`,
      toVia(caller, `i${callId}`),
      "Max-Forwards: 69",
      `To: <sip:${toUserName(callee)}@${domain}>`,
      `From: <sip:${toUserName(caller)}@${domain}>;tag=${callId.slice(0, 10)}`,
      `Call-ID: ${callId}`,
      "CSeq: 4373 INVITE",
      `Contact: <${contact}>`,
      "Content-Type: application/sdp",
      `Allow: ${allowed}`,
      "Supported: gruu,ice,replaces,outbound",
      userAgent,
    ],
    sdp,
  );
}

/** The callee's answer to whatever it was asked. */
export function toResponse(request: Received, statusLine: string, contact?: string): string {
  const to = headerOf(request, "To");
  const tagged = to.includes(";tag=") ? to : `${to};tag=${headerOf(request, "Call-ID").slice(-10)}`;
  return toRequest(
    [
      `SIP/2.0 ${statusLine}`,
      ...headersOf(request, "Via").map(via => `Via: ${via}`),
      ...headersOf(request, "Record-Route").map(route => `Record-Route: ${route}`),
      `To: ${tagged}`,
      `From: ${headerOf(request, "From")}`,
      `Call-ID: ${headerOf(request, "Call-ID")}`,
      `CSeq: ${headerOf(request, "CSeq")}`,
      ...(contact ? [`Contact: <${contact}>`] : []),
      "Supported: ice,replaces,outbound",
      ...(contact && statusLine.startsWith("200") ? ["Content-Type: application/sdp"] : []),
      userAgent,
    ],
    contact && statusLine.startsWith("200") ? sdp : "",
  );
}

/** ACK or BYE within the dialog that this 200 to the INVITE made (RFC 3261 §12.1.2, §12.2.1.1). */
export function toInDialog(method: "ACK" | "BYE", call: Call, answer: Received): string {
  const routes = headersOf(answer, "Record-Route")
    .flatMap(value => value.split(/,\s*(?=<)/))
    .reverse();
  return toRequest([
    `${method} ${toContactUri(headerOf(answer, "Contact"))} SIP/2.0`,
    toVia(call.caller, `${method[0]}${call.callId}`),
    "Max-Forwards: 69",
    ...routes.map(route => `Route: ${route}`),
    `To: ${headerOf(answer, "To")}`,
    `From: ${headerOf(answer, "From")}`,
    `Call-ID: ${call.callId}`,
    `CSeq: ${method === "ACK" ? 4373 : 4374} ${method}`,
    "Supported: outbound",
    userAgent,
  ]);
}

/** RFC 7118 §5.2: a browser has no address to name. */
export function toContact(client: Client): string {
  return `sip:${client.token}@${toHost(client)};transport=ws`;
}

function toRequest(head: readonly string[], body = ""): string {
  return `${head.join("\r\n")}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

function toVia(client: Client, branch: string): string {
  return `Via: SIP/2.0/WS ${toHost(client)};branch=z9hG4bK${branch}`;
}

function toHost(client: Client): string {
  return `${client.token.replaceAll("-", "")}.invalid`;
}

const allowed = "INVITE,ACK,CANCEL,BYE,UPDATE,MESSAGE,OPTIONS,REFER,INFO,NOTIFY,SUBSCRIBE";
const userAgent = "User-Agent: JsSIP 3.13.8";

/** A browser's audio offer, cut to what makes the INVITE some 1,150 bytes. */
const sdp = [
  "v=0",
  "o=- 6840113462769967621 2 IN IP4 127.0.0.1",
  "s=-",
  "t=0 0",
  "a=group:BUNDLE 0",
  "m=audio 39824 UDP/TLS/RTP/SAVPF 111 0 8",
  "c=IN IP4 192.0.2.2",
  "a=candidate:255554203 1 udp 2122194687 192.0.2.2 39824 typ host generation 0",
  "a=ice-ufrag:e+TG",
  "a=ice-pwd:945oPwUa/jcgW4eaD13cB6l+",
  "a=fingerprint:sha-256 4A:89:43:A7:89:AD:19:3D:E3:4C:20:DA:8D:6E:D8:E1:6E:A5:19:EF:6A:0F:18:57:33:68:20:44:21:10:14:7A",
  "a=setup:actpass",
  "a=mid:0",
  "a=sendrecv",
  "a=rtcp-mux",
  "a=rtpmap:111 opus/48000/2",
  "a=fmtp:111 minptime=10;useinbandfec=1",
  "a=ssrc:3988397946 cname:Tw8it4CM/Puqictj",
  "a=ssrc:3988397946 msid:127b1827-652b-43d0-992d-5281fa18ab03",
  "",
].join("\r\n");
