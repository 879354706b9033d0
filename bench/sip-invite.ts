// A browser's INVITE with audio, on its way from one proxy to the next.

const sdp = [
  "v=0",
  "o=- 8123456789012345678 2 IN IP4 127.0.0.1",
  "s=-",
  "t=0 0",
  "m=audio 9 UDP/TLS/RTP/SAVPF 111",
  "c=IN IP4 0.0.0.0",
  "a=ice-ufrag:Vd5K",
  "a=ice-pwd:MYxFMDGbx2dBsyA9hS3bS0Qd",
  "a=fingerprint:sha-256 5B:8C:11:4D:0F:9A:33:E7:21:C4:6A:90:1D:B2:58:77:E9:02:4C:F8:A1:6E:D3:35:90:BB:17:2A:C5:4F:88:01",
  "a=setup:actpass",
  "a=mid:0",
  "a=sendrecv",
  "a=rtcp-mux",
  "a=rtpmap:111 opus/48000/2",
  "a=fmtp:111 minptime=10;useinbandfec=1",
  "a=rtcp-fb:111 transport-cc",
  `a=ssrc:3570614608 cname:${"4TOk42mSjXCkVI".padEnd(59, "a")}`,
  "",
].join("\r\n");

export const inviteBytes = 1_155;

/** Messages of one shape and length, no two alike: nothing can be answered from a cache. */
export function createInvites(count: number): Buffer[] {
  return Array.from({ length: count }, (_, index) => createInvite(String(index).padStart(6, "0")));
}

function createInvite(unique: string): Buffer {
  const head = [
    "INVITE sip:bob.eth@node.example;transport=ws SIP/2.0",
    `Via: SIP/2.0/WS df7jal23ls0d.invalid;branch=z9hG4bK56${unique}`,
    "Max-Forwards: 70",
    "Route: <sip:edge.node.example;transport=ws;lr>",
    `From: "Alice" <sip:alice.eth@atlanta.example>;tag=9fxced${unique}`,
    "To: <sip:bob.eth@node.example>",
    `Call-ID: asidkj3ss${unique}@df7jal23ls0d.invalid`,
    "CSeq: 8642 INVITE",
    "Contact: <sip:alice.eth@atlanta.example;gr=urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6;ob>",
    "Supported: etherlynk.v1, 100rel, gruu, outbound",
    "Allow: INVITE, ACK, CANCEL, BYE, UPDATE, INFO, PRACK",
    "User-Agent: Etherlynk/0.1.0 (phone; Chromium)",
    "Content-Type: application/sdp",
    `Content-Length: ${sdp.length}`,
  ].join("\r\n");
  return Buffer.from(`${head}\r\n\r\n${sdp}`, "latin1");
}
