/** What a node grants to the chains it reads, and to those who write on them. Times are milliseconds. */
export interface FollowLimits {
  /** How often it is looked for a new block, at least; the shortest wait where one is due; and while a server tells of them. */
  readonly pollMs: number;
  readonly quickPollMs: number;
  readonly toldPollMs: number;
  /** Between two looks, whatever a server tells. */
  readonly leastMs: number;
  /** Of a server that is asked to tell of blocks: its handshake, its silence, one message, and the waits between tries. */
  readonly tellMs: number;
  readonly tellSilenceMs: number;
  readonly tellBytes: number;
  readonly tellAgainMs: number;
  readonly longestTellAgainMs: number;
  /** From the second failure in a row on the waits double up to this. */
  readonly longestWaitMs: number;
  /** One answer of a server; a caller waits for some of them. */
  readonly answerMs: number;
  /** A page of numbers is 32 bytes each, in hexadecimal; a block's logs some 700 bytes each. */
  readonly answerBytes: number;
  /** A server that failed is asked last for so long. */
  readonly restMs: number;
  /** A newest block so old: the server may stand still, and another one is asked for a while. */
  readonly staleSeconds: number;
  /** Entries of one page at first; a server that cannot carry it is asked for half, down to the least. */
  readonly numbersPerPage: number;
  readonly clientsPerPage: number;
  readonly leastPerPage: number;
  /** Blocks whose changes can be undone. A deeper reorg, or a longer absence, loads all anew. */
  readonly keptBlocks: number;
  /** Numbers and accounts that are remembered; beyond these each is asked for when it is called. */
  readonly mostNumbers: number;
  readonly mostClients: number;
  /** Questions about one number, name or account that are under way at once. */
  readonly mostQuestions: number;
  /** All questions of one name together; how long the answer is believed, and how many are. */
  readonly nameMs: number;
  readonly nameKeptMs: number;
  readonly mostNames: number;
  /** Numbers that have changed hands, and whose new owner has not registered since; and accounts that were here. */
  readonly mostChanged: number;
  /** A sale that nobody saw here is spoken of for so long. */
  readonly latelySeconds: number;
}

export const followLimits: FollowLimits = {
  pollMs: 1_000,
  quickPollMs: 250,
  toldPollMs: 5_000,
  leastMs: 20,
  tellMs: 5_000,
  tellSilenceMs: 20_000,
  tellBytes: 65_536,
  tellAgainMs: 5_000,
  longestTellAgainMs: 600_000,
  longestWaitMs: 15_000,
  answerMs: 5_000,
  answerBytes: 8_388_608,
  restMs: 30_000,
  staleSeconds: 90,
  numbersPerPage: 2_000,
  clientsPerPage: 200,
  leastPerPage: 5,
  keptBlocks: 128,
  mostNumbers: 2_000_000,
  mostClients: 500_000,
  mostQuestions: 64,
  nameMs: 5_000,
  nameKeptMs: 12_000,
  mostNames: 1_000,
  mostChanged: 10_000,
  latelySeconds: 86_400,
};
