import { expect, it } from "vitest";
import { formatFingerprint, type MediaKey } from "../../protocol/words/media-key.ts";
import { createPerson } from "../../tests/flow/phone-device.ts";
import { sealedMediaType } from "../identity/sealed-body.ts";
import { createBodies, type Peer, sdpMediaType } from "./bodies.ts";

const signed: MediaKey = { alg: "sha-256", dig: "AB".repeat(32) };
const other: MediaKey = { alg: "sha-256", dig: "CD".repeat(32) };
const where = { ends: { callId: "c", from: "a", to: "b" }, label: "INVITE 1 200" };
const bodies = createBodies(await createPerson().device());

function sdpOf(key: MediaKey): string {
  return `v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=fingerprint:${formatFingerprint(key)}\r\n`;
}

it.each<{ who: string; peer: Peer; key: MediaKey; opened: object }>([
  { who: "nothing may use any", peer: "foreign", key: other, opened: { ok: true, sdp: sdpOf(other) } },
  { who: "one uses it", peer: { signed: [signed] }, key: signed, opened: { ok: true, sdp: sdpOf(signed) } },
  {
    who: "one uses no other",
    peer: { signed: [signed] },
    key: other,
    opened: { ok: false, why: "fingerprint" },
  },
])("of clients that write in clear, who signed $who", async ({ peer, key, opened }) => {
  const body = sdpOf(key);
  expect(await bodies.openSdp(peer, { mediaType: sdpMediaType, body }, where)).toEqual(opened);
  expect(await bodies.seal(peer, { mediaType: sdpMediaType, body }, where)).toMatchObject({ body });
});

it("nothing sealed is taken of who writes in clear", async () => {
  const wire = { mediaType: sealedMediaType, body: "x" };
  expect(await bodies.openSdp({ signed: [signed] }, wire, where)).toMatchObject({ ok: false });
});
