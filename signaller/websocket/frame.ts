/** Opcodes and limits of RFC 6455 §5.2. */
export const CONTINUATION = 0;
export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

/** A control frame carries at most this (§5.5). */
export const MAX_CONTROL = 125;

/** Status codes of §7.4.1 that this node sends. */
export const closeCode = {
  normal: 1000,
  goingAway: 1001,
  protocol: 1002,
  unsupported: 1003,
  badText: 1007,
  policy: 1008,
  tooLarge: 1009,
  internal: 1011,
  tryLater: 1013,
} as const;

/** How many bytes the header of an unmasked frame takes (a server never masks, §5.1). */
export function headerSize(length: number): number {
  if (length < 126) return 2;
  return length < 65_536 ? 4 : 10;
}

/** Writes the header of a whole, unmasked message; there is room for `headerSize(length)` before the payload. */
export function writeHeader(frame: Uint8Array, opcode: number, length: number): void {
  frame[0] = 0x80 | opcode;
  if (length < 126) {
    frame[1] = length;
  } else if (length < 65_536) {
    frame[1] = 126;
    frame[2] = length >>> 8;
    frame[3] = length & 0xff;
  } else {
    frame[1] = 127;
    frame.fill(0, 2, 6);
    frame[6] = length >>> 24;
    frame[7] = (length >>> 16) & 0xff;
    frame[8] = (length >>> 8) & 0xff;
    frame[9] = length & 0xff;
  }
}

/** May this code stand in a close frame (§7.4.1, §7.4.2, and the registry for 1012 to 1014)? */
export function isCloseCode(code: number): boolean {
  if (code >= 3000) return code <= 4999;
  return code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006;
}
