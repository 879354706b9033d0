import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromByteText, toByteText } from "./byte-text.ts";

describe("byte text", () => {
  it("is what the platform's encoder and decoder make of it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), text => {
        const bytes = toByteText(text);
        expect(bytes).toBe(String.fromCharCode(...new TextEncoder().encode(text)));
        expect(fromByteText(bytes)).toBe(text.toWellFormed());
      }),
      { numRuns: 2_000 },
    );
  });

  it("bytes that are no UTF-8 are no text, exactly where the platform's strict decoder says so", () => {
    const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    const decode = (bytes: Uint8Array) => {
      try {
        return strict.decode(bytes);
      } catch {
        return undefined;
      }
    };
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(fc.constantFrom(0xc2, 0xe0, 0xed, 0xf0, 0xf4, 0x80, 0x9f, 0xa0, 0xbf), fc.nat(255)),
          {
            maxLength: 8,
          },
        ),
        bytes => {
          expect(fromByteText(String.fromCharCode(...bytes))).toBe(decode(Uint8Array.from(bytes)));
        },
      ),
      { numRuns: 5_000 },
    );
  });
});
