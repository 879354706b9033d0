import { isNumber, type NumberText } from "../number/number.ts";
import type { ByteText } from "./message.ts";

/** What a node says of a number: whether calls to it ring at this device's account. */
export interface NumberNews {
  readonly number: NumberText;
  readonly isGone: boolean;
}

/** `Event` and `Content-Type` of the NOTIFY that carries it. */
export const regEvent = "reg";
export const regInfoType = "application/reginfo+xml";

/** As many as one NOTIFY tells of; nobody reads more. */
export const mostNumberNews = 32;
const LONGEST_BODY = 16_384;

/**
 * A registration information document (RFC 3680 §5) of numbers, each an address-of-record of its own: `terminated`
 * when it leads to the account no more, `active` when it does again. No contacts: who is told knows its own.
 *
 * @example
 * formatRegInfo("two.example", [{ number: "+99920002000", isGone: true }])
 */
export function formatRegInfo(domain: string, news: readonly NumberNews[]): ByteText {
  const lines = news.map(({ number, isGone }) => {
    const state = isGone ? "terminated" : "active";
    return `<registration aor="sip:${number}@${domain}" id="${number}" state="${state}"/>`;
  });
  const root = '<reginfo xmlns="urn:ietf:params:xml:ns:reginfo" version="0" state="partial">';
  return `<?xml version="1.0"?>\n${root}\n${lines.join("\n")}\n</reginfo>\n`;
}

/**
 * The numbers of such a document, which is read for nothing else: what it says of other addresses, or in other forms
 * of XML than the one that nodes write, is left aside.
 */
export function parseRegInfo(body: ByteText): readonly NumberNews[] {
  if (body.length > LONGEST_BODY) return [];
  const news: NumberNews[] = [];
  for (const [, attributes = ""] of body.matchAll(/<registration((?:\s+[\w:]+="[^"<>]*")*)\s*\/?>/g)) {
    const number = /\saor="sip:([^@"]+)@/.exec(attributes)?.[1];
    const state = /\sstate="(terminated|active)"/.exec(attributes)?.[1];
    if (isNumber(number) && state !== undefined) news.push({ number, isGone: state === "terminated" });
    if (news.length === mostNumberNews) break;
  }
  return news;
}
