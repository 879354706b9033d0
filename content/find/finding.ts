/** Somebody who can be called, found in a text. */
export interface Finding {
  readonly start: number;
  readonly end: number;
  /** As `parseAddress` of protocol/ reads it; the phone does, and refuses what is none. */
  readonly to: string;
}

/** Pure: a text to what is in it, in order. */
export type Finder = (text: string) => readonly Finding[];

/** The longest text that is looked through: beyond are listings, not sentences. */
export const longestText = 20_000;
