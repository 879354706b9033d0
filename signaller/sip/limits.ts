import { limits as nodeLimits } from "../limits.ts";
import type { ServerLimits } from "./server-transactions.ts";

/**
 * What the SIP side of a node bounds, beside the node's own limits (`../limits.ts`) and those of SIP text
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
  rememberedDelegations: 20_000,
  contractYesMs: 300_000,
};
