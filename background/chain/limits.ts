/** What the phone grants to servers that it does not trust. */
export const chainLimits = {
  /** One answer of a chain's server; slower ones are passed over for the next. */
  answerMs: 4_000,
  /** How much longer the second of two servers may think than the first. */
  graceMs: 1_000,
  answerBytes: 256 * 1024,
  /** A server that failed is asked last for so long. */
  restMs: 30_000,
  /**
   * When no server answered, the next question fails at once for so long: a call asks several times, and would wait
   * each time.
   */
  silenceMs: 3_000,
  /** Servers of one chain that are looked at. */
  mostServers: 8,
  /** Of two servers, one whose newest block is so much older than the other's stands still. */
  staleSeconds: 60,
  /** A block from further ahead than clocks are wrong is made up. */
  aheadSeconds: 120,
} as const;

/** EIP-3668, and how far this phone goes along with it. */
export const gatewayLimits = {
  answerMs: 3_000,
  /** All gateways of one name together. */
  allMs: 6_000,
  answerBytes: 16 * 1024,
  /** A gateway's answer may ask for another gateway. */
  mostRounds: 4,
  mostUrls: 4,
  urlCharacters: 2_048,
} as const;

/** How long the phone believes what it knows without asking again. */
export const cacheLimits = {
  /** An answer is good while its block is the newest, and the newest block is known no longer than this. */
  headMs: 12_000,
  /** What a gateway answered is not bound to a block. */
  gatewayMs: 60_000,
  mostAnswers: 512,
} as const;
