/**
 * A failure that somebody can be told about: a stable `code` (`room.thing`), and a sentence that says what
 * to do. Outcomes of a call (busy, declined) are values, never errors; a bug is a plain `Error`.
 */
export abstract class EtherlynkError extends Error {
  readonly code: string;

  constructor(code: string, sentence: string, options?: { cause?: unknown }) {
    super(sentence, options);
    this.name = new.target.name;
    this.code = code;
  }
}
