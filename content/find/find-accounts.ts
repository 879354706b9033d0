import type { Finder } from "./finding.ts";

// 0x and 40 digits. A hash has 64, and is nobody.
const account = /(?<![0-9a-z])0x[0-9a-f]{40}(?![0-9a-z])/gi;

/**
 * @example
 * findAccounts("to 0x52908400098527886E0F7030069857D2E4169EE7.") // [{ start: 3, end: 45, to: "0x5290…" }]
 */
export const findAccounts: Finder = text =>
  [...text.matchAll(account)].map(({ 0: to, index }) => ({ start: index, end: index + to.length, to }));
