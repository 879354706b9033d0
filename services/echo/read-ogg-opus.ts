import { EtherlynkError } from "../../protocol/errors.ts";

const PAGE_HEAD = 27;
/** RFC 7845 §3: identification and comments come before the sound, in pages of their own. */
const HEADERS = 2;

/**
 * The packets of sound in an Ogg Opus file (RFC 3533, RFC 7845): as they were encoded, for RTP.
 *
 * @throws OggError
 */
export function readOggOpus(file: Uint8Array): readonly Uint8Array[] {
  const packets: Uint8Array[] = [];
  let begun: Uint8Array[] = [];
  for (let at = 0; at < file.length; ) {
    const sizes = readSizes(file, at);
    let from = at + PAGE_HEAD + sizes.length;
    for (const size of sizes) {
      begun.push(file.subarray(from, from + size));
      from += size;
      // §6 of RFC 3533: a segment of 255 bytes goes on in the next one.
      if (size === 255) continue;
      packets.push(Buffer.concat(begun));
      begun = [];
    }
    if (from > file.length) throw new OggError();
    at = from;
  }
  if (
    !Buffer.from(packets[0] ?? [])
      .toString("latin1")
      .startsWith("OpusHead")
  )
    throw new OggError();
  return packets.slice(HEADERS);
}

/** The segment table of the page that begins there. */
function readSizes(file: Uint8Array, at: number): readonly number[] {
  const magic = String.fromCharCode(...file.subarray(at, at + 4));
  const count = file[at + PAGE_HEAD - 1] ?? 0;
  if (magic !== "OggS" || at + PAGE_HEAD + count > file.length) throw new OggError();
  return [...file.subarray(at + PAGE_HEAD, at + PAGE_HEAD + count)];
}

export class OggError extends EtherlynkError {
  constructor() {
    super("service.ogg", "This file is no Ogg Opus. Make it anew as services/echo/README.md says.");
  }
}
