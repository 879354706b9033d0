import { isUtf8 } from "node:buffer";
import { closeCode, isCloseCode, MAX_CONTROL } from "./frame.ts";

/** The payload of a close frame (RFC 6455 §5.5.1). A reason that has no room is left out. */
export function formatClose(code: number, reason: string): Buffer {
  const words = Buffer.from(reason);
  const payload = Buffer.alloc(2);
  payload.writeUInt16BE(code);
  return words.length <= MAX_CONTROL - 2 ? Buffer.concat([payload, words]) : payload;
}

/** What is wrong with a client's close frame, as the code and reason that answer it. */
export function faultOfClose(
  payload: Buffer,
): { readonly code: number; readonly reason: string } | undefined {
  if (payload.length === 0) return undefined;
  if (payload.length === 1 || !isCloseCode(payload.readUInt16BE(0))) {
    return { code: closeCode.protocol, reason: "This close frame has no valid code." };
  }
  if (isUtf8(payload.subarray(2))) return undefined;
  return { code: closeCode.badText, reason: "This text is not UTF-8." };
}
