import { DIGIT, isCodeOf, trimBlanks } from "./char-class.ts";
import type { ByteText } from "./message.ts";
import { SipParseError } from "./sip-parse-error.ts";

const WEEKDAYS = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const LENGTH = "Thu, 01 Jan 1970 00:00:00 GMT".length;
const SHAPE = "AAA, 00 AAA 0000 00:00:00 GMT";
const DAY_SECONDS = 86_400;

/**
 * Reads a Date value, seconds since 1970. "SIP-date is always in GMT" (RFC 3261 §20.17): of the forms of HTTP
 * only that of RFC 1123 is left. The name of the weekday must be the right one.
 *
 * @example
 * parseDate("Sat, 13 Nov 2010 23:29:00 GMT") // 1289690940
 * @throws SipParseError
 */
export function parseDate(value: ByteText): number {
  const text = trimBlanks(value);
  const seconds = text.length === LENGTH ? readDate(text) : undefined;
  if (seconds === undefined) {
    throw new SipParseError("a Date is written like Sat, 13 Nov 2010 23:29:00 GMT", {
      offset: 0,
      status: 400,
    });
  }
  return seconds;
}

/** Writes whole seconds since 1970, from year 0 to year 9999. */
export function formatDate(seconds: number): ByteText {
  const days = Math.floor(seconds / DAY_SECONDS);
  const rest = Math.floor(seconds) - days * DAY_SECONDS;
  const [year, month, day] = toCalendar(days);
  const weekday = WEEKDAYS[((days % 7) + 7) % 7];
  const time = [Math.floor(rest / 3600), Math.floor(rest / 60) % 60, rest % 60].map(twoDigits).join(":");
  return `${weekday}, ${twoDigits(day)} ${MONTHS[month - 1]} ${String(year).padStart(4, "0")} ${time} GMT`;
}

/** Scanner of a Date; `scan.ts` says what scanners return. */
export function scanDate(bytes: Uint8Array, at: number): number {
  const text = String.fromCharCode(...bytes.subarray(at, at + LENGTH));
  return readDate(text) === undefined ? ~at : at + LENGTH;
}

function readDate(text: ByteText): number | undefined {
  if (!hasShape(text)) return undefined;
  const day = Number(text.slice(5, 7));
  const month = MONTHS.indexOf(text.slice(8, 11)) + 1;
  const year = Number(text.slice(12, 16));
  const [hours, minutes, seconds] = [17, 20, 23].map(at => Number(text.slice(at, at + 2)));
  if (month === 0 || hours === undefined || minutes === undefined || seconds === undefined) return undefined;
  // 60: a leap second.
  if (hours > 23 || minutes > 59 || seconds > 60) return undefined;
  const days = toDays(year, month, day);
  const [, realMonth, realDay] = toCalendar(days);
  if (realMonth !== month || realDay !== day) return undefined;
  if (WEEKDAYS[((days % 7) + 7) % 7] !== text.slice(0, 3)) return undefined;
  return days * DAY_SECONDS + hours * 3600 + minutes * 60 + seconds;
}

function hasShape(text: ByteText): boolean {
  for (let at = 0; at < LENGTH; at += 1) {
    const wanted = SHAPE[at];
    const fits =
      wanted === "0" ? isCodeOf(text.charCodeAt(at), DIGIT) : wanted === "A" || text[at] === wanted;
    if (!fits) return false;
  }
  return true;
}

/** Days since 1970 in the Gregorian calendar; years begin in March, so that leap days come last. */
function toDays(year: number, month: number, day: number): number {
  const marchYear = month > 2 ? year : year - 1;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function toCalendar(days: number): [year: number, month: number, day: number] {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day];
}

function twoDigits(number: number): string {
  return String(number).padStart(2, "0");
}
