import { EtherlynkError } from "../errors.ts";

/** The status a request earns that cannot be read. */
export type ParseStatus = 400 | 414 | 505 | 513;

export interface ParseFailure {
  /** Where it stopped making sense: an index into the text that was given to the reader. */
  readonly offset: number;
  /** What to answer. None: this was no request, and is dropped without an answer. */
  readonly status?: ParseStatus | undefined;
}

/** SIP text that is not as RFC 3261 §25 writes it, or larger than our limits. Nothing else is thrown on reading. */
export class SipParseError extends EtherlynkError {
  readonly offset: number;
  readonly status: ParseStatus | undefined;

  constructor(what: string, { offset, status }: ParseFailure) {
    super("sip.parse", `The SIP text cannot be read at character ${offset}: ${what}. Correct the sender.`);
    this.offset = offset;
    this.status = status;
  }
}
