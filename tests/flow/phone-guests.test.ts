import { describe, expect, it, onTestFinished } from "vitest";
import { sentenceOf } from "../../protocol/call/end-sentence.ts";
import { createScriptedMedia, hiddenAddress } from "./scripted-media.ts";
import { createSipClient } from "./sip-client.ts";
import { oneOf } from "./sip-text.ts";
import { startNode } from "./test-node.ts";
import { createTestPhone, domain } from "./test-phone.ts";

const sdpType = [["Content-Type", "application/sdp"]] as const;

/** What a JsSIP page offers: complete, in clear. */
async function makeSdp(): Promise<string> {
  const media = createScriptedMedia();
  const made = Promise.withResolvers<string>();
  const call = await media.open({
    id: "guest" as never,
    trickle: false,
    offers: false,
    hear: event => event.type === "offer-made" && made.resolve(event.offer),
  });
  call.command({ do: "make-offer", tag: "tag" as never, hold: false, restart: false });
  return made.promise;
}

async function start(screens = {}) {
  const node = await startNode({ domain, open: true });
  const alice = await createTestPhone({ urls: [node.url], screens });
  const guest = await createSipClient(node.url, { user: "jssip", domain });
  onTestFinished(() => void guest.drop());
  await guest.register();
  return { alice, guest, uri: `sip:${alice.person.account}@${domain}` };
}

describe("a foreign client", () => {
  it("calls a phone, is shown as unproven, and is talked to in clear", async () => {
    const { alice, guest, uri } = await start();
    const invite = guest.send("INVITE", uri, { headers: sdpType, body: await makeSdp() });
    const ringing = await guest.response(invite, 180);
    expect(oneOf(ringing, "To")).toContain(";tag=");
    const { call } = await alice.reach("ringing-in");
    expect(call).toMatchObject({ proof: "waived", expects: "anyone", peer: `sip:jssip@${domain}` });
    expect(call.peerDevice).toBeUndefined();
    alice.kit.accept(call.id);
    const ok = await guest.response(invite, 200);
    expect(oneOf(ok, "Content-Type")).toBe("application/sdp");
    expect(ok.body).toContain(hiddenAddress);
    const dialog = guest.confirm(invite, ok);
    await alice.reach("active");
    guest.inDialog("BYE", dialog);
    expect((await alice.entry()).proof).toBe("waived");
    await alice.reach("ended");
  });

  it("is called by a phone, and nothing is proven", async () => {
    const { alice, guest } = await start();
    const id = alice.kit.dial(`sip:jssip@${domain}`);
    const invite = await guest.request("INVITE");
    expect(invite.body).toBe("");
    guest.respond(invite, 180);
    await alice.reach("ringing-out");
    guest.respond(invite, 200, { headers: sdpType, body: await makeSdp() });
    const ack = await guest.request("ACK");
    expect(oneOf(ack, "Content-Type")).toBe("application/sdp");
    expect((await alice.reach("active")).call.proof).toBe("waived");
    alice.kit.tell(id, "hang-up");
    guest.respond(await guest.request("BYE"), 200);
    await alice.reach("ended");
  });

  it("that claims an account is refused: an account proves itself", async () => {
    const { alice, guest, uri } = await start();
    const from = `<sip:0x${"ab".repeat(20)}@${domain}>;tag=liar`;
    const invite = guest.send("INVITE", uri, { from, headers: sdpType, body: await makeSdp() });
    expect((await guest.final(invite)).status).toBe(438);
    expect(alice.sounded).toEqual([]);
  });

  it("does not ring where the user wants no guests", async () => {
    const { alice, guest, uri } = await start({ admitsGuests: () => false });
    const invite = guest.send("INVITE", uri, { headers: sdpType, body: await makeSdp() });
    expect((await guest.final(invite)).status).toBe(438);
    expect(alice.sounded).toEqual([]);
    const { reason, direction } = await alice.entry();
    expect(sentenceOf(reason, direction)).toContain("could not prove who they are");
  });

  it("that answers for an account is not believed", async () => {
    const { alice, guest } = await start();
    const node = { user: `0x${"cd".repeat(20)}`, domain };
    const poser = await createSipClient(alice.urls[0] ?? "", node);
    onTestFinished(() => void poser.drop());
    await poser.register();
    alice.kit.dial(node.user);
    const invite = await poser.request("INVITE");
    poser.respond(invite, 180);
    poser.respond(invite, 200, { headers: sdpType, body: await makeSdp() });
    expect((await alice.entry()).reason).toBe("identity-failed");
    expect(alice.sounded).toEqual([]);
    const ack = await poser.request("ACK");
    expect(ack.body).toMatch(/^v=0[\s\S]*m=audio 0 /);
    expect(ack.body).not.toContain(hiddenAddress);
    poser.respond(await poser.request("BYE"), 200);
    expect(guest.aor).toBe(`sip:jssip@${domain}`);
  });

  it("is answered as RFC 3261 wants where it asks for what a phone does not do", async () => {
    const { guest, uri } = await start();
    const statuses = [];
    for (const method of ["OPTIONS", "MESSAGE", "BYE", "FROB"]) {
      const options = method === "BYE" ? { to: `<${uri}>;tag=nobody` } : {};
      statuses.push((await guest.ask(method, uri, options)).status);
    }
    expect(statuses).toEqual([200, 405, 481, 501]);
  });
});
