import { Buffer } from "node:buffer";
import { expect, it } from "vitest";
import { mirrored, nodeLinkBytes } from "./node-link.ts";
import { bytesOf } from "./signing-bytes.ts";

const claim = {
  role: "caller",
  ownDomain: "one.example",
  otherDomain: "two.example",
  ownNonce: "AAAA",
  otherNonce: "BBBB",
} as const;

it("a node signs both domains and both nonces with its role", () => {
  expect(Buffer.from(nodeLinkBytes(claim)).toString("latin1")).toBe(
    "\0\0\0\x15etherlynk node-link 1\0\0\0\x06caller\0\0\0\x0bone.example\0\0\0\x0btwo.example\0\0\0\x04AAAA\0\0\0\x04BBBB",
  );
});

it("a signature cannot be sent back as the other's", () => {
  expect(mirrored(mirrored(claim))).toEqual(claim);
  const own = Buffer.from(nodeLinkBytes(claim));
  expect(own.equals(nodeLinkBytes(mirrored(claim)))).toBe(false);
  // Even between a domain and itself, with equal nonces.
  const self = { ...claim, otherDomain: "one.example", otherNonce: "AAAA" };
  expect(Buffer.from(nodeLinkBytes(self)).equals(nodeLinkBytes(mirrored(self)))).toBe(false);
});

it("refuses characters where bytes are wanted", () => {
  expect(() => bytesOf("Zoë 🜲")).toThrow("toByteText");
  expect(bytesOf("Zo\xeb")).toEqual(Uint8Array.of(0x5a, 0x6f, 0xeb));
});
