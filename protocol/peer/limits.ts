/**
 * The sizes, rates and waits both ends of the PeerJS wire obey. Bytes are bytes of the text frame, times are
 * milliseconds. What a node counts per address (connections, upgrades) is the node's own affair.
 */
export const peerLimits = {
  // Ids and what a client says in the query of its WebSocket URL.
  /** A UUID is 36; a SHA-256 in hex with an application's prefix still fits. */
  idLength: 128,
  /** What `dst` may be besides an id: the longest is a SIP address, a name of 255 bytes at a domain of 255. */
  destinationLength: 600,
  /** Stock clients send at most 13 characters; applications also pass a UUID or a short ticket. */
  tokenLength: 256,
  /** Stock clients send `peerjs`. */
  keyLength: 64,
  /** `1.5.5`, or a pre-release name of a few words. */
  versionLength: 32,

  // One message. A message above its size is refused, not cut.
  /** The largest frame of this wire: the limit of its largest message. */
  messageBytes: 65_536,
  /** An SDP of 20 m-lines is some 30 KB, doubled line ends and metadata come on top. */
  offerBytes: 65_536,
  /** As the offer, which it mirrors. */
  answerBytes: 65_536,
  /** A candidate line is 100 to 250 bytes; ids and its JSON make it some 450. */
  candidateBytes: 4_096,
  /** LEAVE, EXPIRE and HEARTBEAT carry no payload: room for two ids and nothing else. */
  controlBytes: 512,

  // What is read of a payload where it leaves PeerJS for SIP (`peer-payload.ts`, `peer-sip.ts`).
  /** Below the message, so that what fits the wire and is no SDP is refused before it is read. */
  sdpBytes: 49_152,
  /** Chromium makes one m-line per track and one for data; a page that shows 60 tracks is a conference. */
  sdpMediaLines: 64,
  /** RFC 8839 §5.1 lets a line be long; browsers stay under 250 bytes, TURN over IPv6 included. */
  candidateLength: 1_024,
  /** Two networks, UDP and TCP, IPv4 and IPv6, two TURN servers: some 40, and those of four m-lines unbundled. */
  candidatesPerCall: 256,
  /** All candidates of a call, as text: some 200 of the usual size. */
  gatheredBytes: 32_768,
  /** An RFC 8840 body repeats all candidates so far, and `a=` and line ends. */
  fragmentBytes: 49_152,
  /** Stock ids are `mc_` or `dc_` and 13 characters; some applications name them by UUID. */
  connectionIdLength: 128,
  /** As JSON; it must fit a SIP header in base64url beside the others. */
  metadataBytes: 4_096,
  /** A data channel's label: a connection id unless the application names it. */
  labelLength: 128,
  /** How long to wait for one more candidate before a peer that does not trickle gets the SDP: some are made by STUN. */
  gatherQuietMs: 150,
  /** And in all: a TURN server that does not answer must not keep the call. */
  gatherMostMs: 1_000,

  // Rates of one connection, as token buckets: so many a second, and so many at once.
  /** A call set-up is some 25 messages; a conference page opens ten calls at once. */
  messagesPerSecond: 250,
  messagesAtOnce: 500,
  /** 250 messages of the usual 1.2 KB, with room for offers. */
  bytesPerSecond: 524_288,
  bytesAtOnce: 1_048_576,
  /** Malformed messages a connection may send before it is told so and closed: a stock client sends none. */
  malformedMessages: 10,

  // Waits.
  /** `pingInterval` of every stock client. */
  heartbeatMs: 5_000,
  /** A hidden tab's timers run once a minute: 60 s would drop it, 90 s lets one beat be late. */
  aliveTimeoutMs: 90_000,
  /** How long a message waits for a peer that is about to arrive; the sender then gets EXPIRE. */
  expireMs: 5_000,
  /** How long an id stays with its token after a socket merely dropped: a reload or a change of network. */
  reconnectMs: 5_000,

  // The queue for absent peers: an offer and its candidates, not a mailbox.
  /** One offer and some 40 candidates of one caller, and a second caller. */
  queuedPerDestination: 96,
  queuedBytesPerDestination: 196_608,
  /** One sender may wait for a few absent peers at once, not for a list of guessed ids. */
  queuedPerSender: 192,
  queuedBytesPerSender: 262_144,
  /** All queues of a node together: 64 MiB is what a small machine can spare. */
  queuedBytes: 67_108_864,
} as const;
