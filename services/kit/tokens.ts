import { randomBytes } from "node:crypto";

/** For tags, branches, Call-IDs and made-up hosts: 96 bits, letters and digits only. */
export function newToken(): string {
  return randomBytes(12).toString("hex");
}
