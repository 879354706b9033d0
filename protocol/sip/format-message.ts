import { EtherlynkError } from "../errors.ts";
import type { ByteText, SipMessage } from "./message.ts";

/**
 * Writes a message: headers in their order under their own names, and a right Content-Length, where it stands or
 * last. Nothing else is added or changed.
 *
 * @throws SipFormatError for a line that would be two: what a header's value brings along from outside is no
 * header of ours
 */
export function formatMessage(message: SipMessage): ByteText {
  const { headers, body } = message;
  let text =
    message.kind === "request"
      ? `${message.method} ${message.uri} SIP/2.0\r\n`
      : `SIP/2.0 ${message.status} ${message.reason}\r\n`;
  let hasLength = false;
  for (const { key, name, value } of headers) {
    if (key === "content-length") {
      if (hasLength) continue;
      hasLength = true;
      text += `${name}: ${body.length}\r\n`;
    } else {
      text += `${name}: ${value}\r\n`;
    }
  }
  if (!hasLength) text += `Content-Length: ${body.length}\r\n`;
  return `${text}\r\n${body}`;
}

/** A message that cannot be written: some part of it would end its line, or its header. */
export class SipFormatError extends EtherlynkError {
  constructor(name: string) {
    super(
      "sip.format",
      `The SIP message cannot be written: ${name} has a line end in it. Refuse what it came from.`,
    );
  }
}
