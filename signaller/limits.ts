import { peerLimits } from "../protocol/peer/limits.ts";

/**
 * Every size, count, rate, queue and wait of the node, each with its reason. They are on always, in tests and
 * benchmarks too. What the PeerJS wire bounds by itself (an offer, an id, the queue for an absent peer) stands in
 * `protocol/peer/limits.ts`, because both ends obey it; what is SIP's stands in `sip/`.
 *
 * "Address" means an IPv4 address or the /64 of an IPv6 address: what one household or one office has. Names end
 * in their unit. Beats are counted, not measured: a machine that slept and a clock that jumped make one beat.
 */
export const limits = {
  // Connections.
  /** Open connections of one address, half-open ones included: an office of some hundred people behind one NAT. */
  connectionsPerAddress: 500,
  /** So many more are made, to be told so in words; beyond these there is no answer. */
  connectionsTold: 32,
  /** Those of one address that have not sent a whole request yet: the same office after a power cut. */
  halfOpenPerAddress: 256,
  /** Upgrades and requests of one address a second, once its burst is used up: everybody there reconnects. */
  requestsPerSecond: 100,
  requestBurstMs: 10_000,
  /** Addresses remembered at once. Above it newcomers are counted together, so that this memory has an end. */
  addresses: 65_536,
  /** How often accounts of addresses that are gone are looked for. */
  forgetMs: 10_000,
  /** Hops of a forwarding header that are looked at, from its end: nobody has more proxies in a row. */
  forwardedHops: 16,
  /** Descriptors kept free of clients: for files, links to other nodes, the next accept. */
  spareDescriptors: 64,
  /** SYNs the kernel keeps for us. With Node's 511 a storm of reconnections takes seconds: lost SYNs wait 1 s. */
  backlog: 4_096,

  // HTTP.
  /** A request's head: a browser's upgrade with cookies of its site is some 2 KB. */
  headBytes: 8_192,
  headerFields: 64,
  /** From the first byte of a request to the end of its head; half-written requests are gone after it. */
  headersMs: 4_000,
  requestMs: 8_000,
  /** An HTTP connection on which nothing moves, such as an answer that nobody reads. */
  stillMs: 10_000,
  keepAliveMs: 5_000,
  tlsHandshakeMs: 5_000,
  /** How often the waits above are looked at. */
  checkMs: 500,

  // One WebSocket.
  /** The largest message, whole or in fragments. One byte more is refused at its header, before it is read. */
  messageBytes: peerLimits.messageBytes,
  /** Bytes that wait in our memory for one reader; above it the reader is too slow and is dropped. */
  unsentBytes: 1_048_576,
  /** The same for all readers together. The nearer it comes, the less may wait for one of them. */
  unsentBytesInAll: 134_217_728,
  /** ... but so much always may: a few offers on a bad line. */
  unsentBytesAlways: 16_384,
  /** Bytes of messages that have begun and not ended, of all connections together. */
  unfinishedBytesInAll: 67_108_864,
  /**
   * Messages and bytes of one connection a second. Four times what the wire asks clients to keep to: whoever keeps
   * to it never meets this. Above it (and its burst) the connection is not read for a while; nothing is lost.
   */
  messagesPerSecond: 4 * peerLimits.messagesPerSecond,
  bytesPerSecond: 4 * peerLimits.bytesPerSecond,
  /** The same for all connections of one address together. */
  addressMessagesPerSecond: 10_000,
  addressBytesPerSecond: 16_777_216,
  /** How much of the four rates above may be used at once. */
  messageBurstMs: 2_000,
  /** Messages of one connection before everybody else has a turn: some 0.2 ms of work. */
  messagesPerTurn: 32,
  /** How long a connection above its rate is left unread at a time. */
  holdMs: 25,
  /** Beats in a row in which a connection had to be held back, before it is closed as a flood. */
  floodBeats: 20,
  /** Messages that are none of the dialect's, before the connection is closed. */
  malformedMessages: peerLimits.malformedMessages,

  /** Bytes that one address's clients may have waiting for absent peers; the rest is in `peerLimits`. */
  queuedBytesPerAddress: 4_194_304,
  /** How often what waits, and ids kept for dropped clients, are looked at. */
  sweepMs: 250,

  // Waits of a WebSocket.
  beatMs: 1_000,
  /** Silence after which we ping. Stock PeerJS speaks every 5 s and never sees a ping. */
  pingBeats: 25,
  /** Silence after which a connection is gone. */
  silentBeats: peerLimits.aliveTimeoutMs / 1_000,
  /** A message that has begun must end within. */
  unfinishedBeats: 20,
  /** From a goodbye to the end of the TCP connection. */
  closeBeats: 2,
  /** What is still read, and thrown away, from somebody we said goodbye to; then it is left unread. */
  afterCloseBytes: 1_048_576,

  // Stopping.
  /** From `close()` to the end: goodbyes, and then whoever is left is cut. */
  goodbyeMs: 3_000,
  /** From a signal to the process's end, whatever hangs: 5 s are promised. */
  exitMs: 4_800,

  /** Lines of the log a second; more are counted instead of written: a log must not become the flood. */
  logLinesPerSecond: 50,
};

export type Limits = { readonly [Name in keyof typeof limits]: number };
