import { EtherlynkError } from "../errors.ts";
import type { ByteText, SipMessage } from "./message.ts";

/**
 * Writes a message: headers in their order under their own names, and a right Content-Length, where it stands or
 * last. Nothing else is added or changed.
 *
 * @throws SipFormatError where some part has a line end in it: it would begin a header of somebody else's making
 */
export function formatMessage(message: SipMessage): ByteText {
  const { headers, body } = message;
  let head =
    message.kind === "request"
      ? `${message.method} ${message.uri} SIP/2.0\r\n`
      : `SIP/2.0 ${message.status} ${message.reason}\r\n`;
  let lines = 2;
  let hasLength = false;
  for (const { key, name, value } of headers) {
    if (key === "content-length") {
      if (hasLength) continue;
      hasLength = true;
      head += `${name}: ${body.length}\r\n`;
    } else {
      head += `${name}: ${value}\r\n`;
    }
    lines += 1;
  }
  if (!hasLength) {
    head += `Content-Length: ${body.length}\r\n`;
    lines += 1;
  }
  const text = `${head}\r\n${body}`;
  const end = text.length - body.length;
  if (!hasJust(text, "\n", { lines, end }) || !hasJust(text, "\r", { lines, end })) {
    throw new SipFormatError(message);
  }
  return text;
}

/** Whether a head of so many lines has that many of their ends: to count them is quicker than to look at every part. */
function hasJust(text: ByteText, mark: string, { lines, end }: { lines: number; end: number }): boolean {
  let at = -1;
  for (let line = 0; line < lines; line += 1) at = text.indexOf(mark, at + 1);
  const next = text.indexOf(mark, at + 1);
  return next < 0 || next >= end;
}

/** A message that cannot be written. */
export class SipFormatError extends EtherlynkError {
  constructor(message: SipMessage) {
    const wrong = message.headers.find(({ name, value }) => /[\r\n]/.test(name + value));
    super(
      "sip.format",
      `The SIP message cannot be written: its ${wrong?.key ?? "start line"} has a line end in it. Refuse where that came from.`,
    );
  }
}
