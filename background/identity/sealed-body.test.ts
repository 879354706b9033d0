import { describe, expect, it } from "vitest";
import { createPerson } from "../../tests/flow/phone-device.ts";
import { openBody, type Sealing, sealBody } from "./sealed-body.ts";

const [alice, bob, eve] = await Promise.all([0, 1, 2].map(() => createPerson().device()));
if (!alice || !bob || !eve) throw new Error("three devices");
const keyOf = (device: typeof alice) => device.delegation.delegation.sealKey;
const place = ["call-1", "a-tag", "b-tag", "INVITE 1 200"];
const plain = { mediaType: "application/sdp", body: "v=0\r\n\xff" };
const toBob: Sealing = { device: alice, peer: keyOf(bob), place };
const fromAlice: Sealing = { device: bob, peer: keyOf(alice), place };

describe("a sealed body", () => {
  it("is read by whom it was sealed to, and looks another each time", async () => {
    const [one, two] = [await sealBody(toBob, plain), await sealBody(toBob, plain)];
    expect(one).toMatch(/^[\w-]+$/);
    expect(one).not.toBe(two);
    expect(await openBody(fromAlice, one)).toEqual(plain);
    expect(await openBody(fromAlice, two)).toEqual(plain);
  });

  it("cannot be read by another device, nor written in another's name", async () => {
    const sealed = await sealBody(toBob, plain);
    expect(await openBody({ ...fromAlice, device: eve }, sealed)).toBeUndefined();
    const forged = await sealBody({ ...toBob, device: eve }, plain);
    expect(await openBody(fromAlice, forged)).toBeUndefined();
    const posing = { signKey: eve.signKey, sealKey: eve.sealKey, delegation: alice.delegation };
    expect(await openBody(fromAlice, await sealBody({ ...toBob, device: posing }, plain))).toBeUndefined();
  });

  it("opens in its own place only", async () => {
    const sealed = await sealBody(toBob, plain);
    for (const [index] of place.entries()) {
      const elsewhere = place.with(index, "other");
      expect(await openBody({ ...fromAlice, place: elsewhere }, sealed)).toBeUndefined();
    }
    expect(await openBody({ ...fromAlice, place: place.slice(1) }, sealed)).toBeUndefined();
  });

  it("does not come back to who wrote it", async () => {
    const sealed = await sealBody(toBob, plain);
    expect(await openBody({ device: alice, peer: keyOf(bob), place }, sealed)).toBeUndefined();
  });

  it("is refused when any of its parts is changed, cut or none at all", async () => {
    const sealed = await sealBody(toBob, plain);
    const changed = [...sealed].map(
      (char, at) => sealed.slice(0, at) + (char === "A" ? "B" : "A") + sealed.slice(at + 1),
    );
    for (const text of [...changed.filter((_, at) => at % 7 === 0), sealed.slice(0, -4), "", "AQ", "!"]) {
      expect(await openBody(fromAlice, text)).toBeUndefined();
    }
  });
});
