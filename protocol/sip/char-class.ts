import type { ByteText } from "./message.ts";

// Which characters each rule of RFC 3261 §25.1 admits, as bits of one table. `escaped` (%HH) is the scanner's.

/** `token` */
export const TOKEN = 1;
/** `word`: of a Call-ID */
export const WORD = 2;
/** `alphanum` and "-": of a label of a host name */
export const LABEL = 4;
/** `unreserved` and `user-unreserved` */
export const USER = 8;
/** The same without what ends an address that stands without angle brackets: "," ";" "?" (§20.10) */
export const BARE_USER = 16;
/** `unreserved`, "&", "=", "+", "$", "," */
export const PASSWORD = 32;
/** `paramchar` */
export const PARAM = 64;
/** `hname` and `hvalue` */
export const URI_HEADER = 128;
/** `reserved` and `unreserved`, and the brackets of RFC 3986 */
export const URI_CHAR = 256;
export const DIGIT = 512;
export const ALPHA = 1024;
export const HEX = 2048;
/** `qdtext` of one byte: what stands in quotes as itself */
export const QUOTED = 4096;
/** What an unstructured value is made of, but for UTF-8 of several bytes: printable ASCII, space, tab */
export const PLAIN = 8192;
/** Space and tab */
export const BLANK = 16384;

/** `ALPHA / DIGIT / "+" / "-" / "."`: of a scheme, after its first letter */
export const SCHEME = 32768;
/** `URI_CHAR` without "," ";" "?" */
export const BARE_URI_CHAR = 65536;

const CLASSES = createClasses();

/** Whether the byte at `at` is of one of these classes. */
export function isOf(bytes: Uint8Array, at: number, classes: number): boolean {
  return at < bytes.length && isCodeOf(bytes[at] ?? 0, classes);
}

export function isCodeOf(code: number, classes: number): boolean {
  return ((CLASSES[code] ?? 0) & classes) !== 0;
}

/** The index of the first byte from `at` on that is of none of these classes. */
export function skip(bytes: Uint8Array, at: number, classes: number): number {
  let end = at;
  while (end < bytes.length && ((CLASSES[bytes[end] ?? 0] ?? 0) & classes) !== 0) end += 1;
  return end;
}

/** Whether the text is one or more characters of these classes and nothing else. */
export function isAllOf(text: ByteText, classes: number): boolean {
  for (let at = 0; at < text.length; at += 1) if (!isCodeOf(text.charCodeAt(at), classes)) return false;
  return text !== "";
}

/** Without the spaces and tabs around it. `trim()` would also take 0xA0, the last byte of "à". */
export function trimBlanks(text: ByteText): ByteText {
  let start = 0;
  let end = text.length;
  while (end > start && isCodeOf(text.charCodeAt(end - 1), BLANK)) end -= 1;
  while (start < end && isCodeOf(text.charCodeAt(start), BLANK)) start += 1;
  return text.slice(start, end);
}

function createClasses(): Uint32Array {
  const digits = "0123456789";
  const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const alphanum = digits + letters;
  const unreserved = `${alphanum}-_.!~*'()`;
  const printable = String.fromCharCode(...Array.from({ length: 95 }, (_, index) => 32 + index));
  const classes = new Uint32Array(256);
  const admit = (chars: string, bits: number) => {
    for (const char of chars) {
      const code = char.charCodeAt(0);
      classes[code] = (classes[code] ?? 0) | bits;
    }
  };
  admit(`${alphanum}-.!%*_+\`'~`, TOKEN);
  admit(`${alphanum}-.!%*_+\`'~()<>:\\"/[]?{}`, WORD);
  admit(`${alphanum}-`, LABEL);
  admit(`${unreserved}&=+$,;?/`, USER);
  admit(`${unreserved}&=+$/`, BARE_USER);
  admit(`${unreserved}&=+$,`, PASSWORD);
  admit(`${unreserved}[]/:&+$`, PARAM);
  admit(`${unreserved}[]/?:+$`, URI_HEADER);
  admit(`${unreserved};/?:@&=+$,[]`, URI_CHAR);
  admit(`${unreserved}/:@&=+$[]`, BARE_URI_CHAR);
  admit(digits, DIGIT);
  admit(letters, ALPHA);
  admit("0123456789abcdefABCDEF", HEX);
  admit(`${printable.replace(/["\\]/g, "")}\t`, QUOTED);
  admit(`${printable}\t`, PLAIN);
  admit(" \t", BLANK);
  admit(`${alphanum}+-.`, SCHEME);
  return classes;
}
