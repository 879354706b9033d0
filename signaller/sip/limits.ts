import { limits as nodeLimits } from "../limits.ts";
import type { ServerLimits } from "./server-transactions.ts";

/**
 * What SIP, the links and the bridge bound, beside the node's own limits (`../limits.ts`) and those of SIP text
 * (`protocol/sip/text-limits.ts`). Times are milliseconds of the monotonic clock unless the name says seconds.
 */
export interface SipRoomLimits {
  // ── Messages
  /** Messages a connection may send that are no SIP, before it is closed. A stock client sends none. */
  readonly malformedMessages: number;
  /** Messages of one connection that wait while the signature of one before them is checked. */
  readonly waitingMessages: number;
  readonly waitingMessageBytes: number;

  // ── Transactions
  /** Of one client. After a call its transactions wait 32 s more: this is a hundred calls a second, all the time. */
  readonly client: ServerLimits;
  /** Of one link, which carries a whole domain, and of the bridge. */
  readonly link: ServerLimits;

  // ── Registration, in seconds as SIP has them
  readonly shortestSeconds: number;
  readonly longestSeconds: number;
  readonly usualSeconds: number;
  /** Devices of one user: a person's, or a team's that share an account. All of them ring. */
  readonly devicesPerUser: number;
  /** Bindings of one connection: lines of one phone. */
  readonly bindingsPerConnection: number;
  /** Contacts of one connection that are known from its calls, without a registration. */
  readonly notedContacts: number;
  /** A Contact's URI, and the longest instance id. */
  readonly contactBytes: number;
  readonly instanceBytes: number;
  readonly sweepMs: number;

  // ── Admission
  /** Challenges of one connection that may be answered, and how long. */
  readonly nonces: number;
  readonly nonceMs: number;
  /** Identities one connection may prove: accounts of one phone. */
  readonly identities: number;
  /** Signature checks under way at once, of all connections. The platform's pool has four threads. */
  readonly checksUnderWay: number;
  /** Wallet signatures of one address that are checked a second, and at once: an office that comes in the morning. */
  readonly walletChecksPerSecond: number;
  readonly walletChecksAtOnce: number;
  /** Delegations remembered as checked, and how long a smart account's yes holds. */
  readonly rememberedDelegations: number;
  readonly contractYesMs: number;
}

/** After a call some 1.5 KB wait out their 32 s: 150,000 of them are 225 MB. */
const transactionsInAll = {
  perAddress: 30_000,
  waitingBytesPerAddress: 16_777_216,
  inAll: 150_000,
  waitingBytesInAll: 134_217_728,
} as const;

export const sipRoomLimits: SipRoomLimits = {
  malformedMessages: nodeLimits.malformedMessages,
  waitingMessages: 64,
  waitingMessageBytes: 262_144,

  client: {
    ...transactionsInAll,
    perFlow: 4_000,
    waitingPerFlow: 128,
    waitingBytesPerFlow: 1_048_576,
  },
  link: {
    ...transactionsInAll,
    perFlow: 50_000,
    waitingPerFlow: 20_000,
    waitingBytesPerFlow: 67_108_864,
  },

  shortestSeconds: 10,
  longestSeconds: 3_600,
  usualSeconds: 600,
  devicesPerUser: 10,
  bindingsPerConnection: 16,
  notedContacts: 4,
  contactBytes: 512,
  instanceBytes: 128,
  sweepMs: 5_000,

  nonces: 4,
  nonceMs: 60_000,
  identities: 8,
  checksUnderWay: 256,
  walletChecksPerSecond: 10,
  walletChecksAtOnce: 300,
  rememberedDelegations: 20_000,
  contractYesMs: 300_000,
};

export interface LinkLimits {
  readonly messageBytes: number;
  /** Unsent to one node, which carries a domain. */
  readonly unsentBytes: number;
  /** From the first packet to the proof. */
  readonly handshakeMs: number;
  /** Messages before the proof: the handshake has two. */
  readonly handshakeMessages: number;
  readonly handshakeMessageBytes: number;
  /** Silence after which we ping; after three of them the other node is gone. */
  readonly silenceMs: number;
  /** Waits between attempts: the first, doubled up to the last, each shortened at random by up to half. */
  readonly firstRetryMs: number;
  readonly lastRetryMs: number;
  /** How long a link must last to count as one that works. */
  readonly steadyMs: number;

  // ── Links to nodes that are found on the chain, where anybody may name any
  readonly foundLinks: number;
  /** A call waits so long for its link. */
  readonly reachMs: number;
  /** A node that could not be reached is not tried again for so long. */
  readonly unreachableMs: number;
  /** A link that nothing moves on is closed; the next call opens it again. */
  readonly idleMs: number;
  /** Dialogs whose link is remembered. */
  readonly dialogs: number;
}

export const linkLimits: LinkLimits = {
  messageBytes: nodeLimits.messageBytes,
  unsentBytes: 8_388_608,
  handshakeMs: 5_000,
  handshakeMessages: 4,
  handshakeMessageBytes: 2_048,
  silenceMs: 20_000,
  firstRetryMs: 500,
  lastRetryMs: 30_000,
  steadyMs: 10_000,

  foundLinks: 256,
  reachMs: 4_000,
  unreachableMs: 3_000,
  idleMs: 300_000,
  dialogs: 20_000,
};

export const bridgeLimits = {
  /** Calls of one PeerJS client at a time: a page that calls a whole team. */
  callsPerGuest: 16,
  /** And of all: each keeps two SDPs, some 10 KB. */
  calls: 20_000,
  /** Candidates that came before their offer: of so many calls, so many of each, for `peerLimits.expireMs`. */
  earlyCalls: 1_000,
  earlyCandidatesPerCall: 32,
  sweepMs: 1_000,
} as const;

export const chainLimits = {
  /** A phone waits for it before it may call. */
  answerMs: 5_000,
  /** What `isValidSignature` answers is some 100 bytes. */
  answerBytes: 65_536,
} as const;
