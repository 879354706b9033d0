/**
 * Bounds on SIP text, the same in phones and nodes. Bytes are characters of a `ByteText`. Whoever reads from a
 * socket bounds what it gathers by `messageBytes` too, before it comes here.
 */
export const sipLimits = {
  /** The largest frame of the node's WebSocket. An INVITE of a browser is 2 to 6 KB, with 20 m-lines some 30 KB. */
  messageBytes: 65_536,
  /** Method, Request-URI and version: the longest address is a name of 255 bytes at a domain of 255, escaped. */
  startLineBytes: 2_048,
  /** One header with its folded lines. An Identity with the delegation of a smart account is some 6 KB. */
  headerBytes: 8_192,
  /** Header lines. `Max-Forwards: 70` bounds the Vias of an honest message; forty more of other kinds are many. */
  headers: 128,
  /** Parameters of one Via, one address, one URI. */
  params: 32,
  /** Values in one comma-separated header line, such as Via, Contact or Route. */
  values: 70,
} as const;

/** Those that whoever calls `parseMessage` may set otherwise. */
export type MessageLimits = Readonly<
  Record<"messageBytes" | "startLineBytes" | "headerBytes" | "headers", number>
>;
