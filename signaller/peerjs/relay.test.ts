import { describe, expect, it } from "vitest";
import { readRelayed, relay } from "./relay.ts";

const read = (text: string) => relay(Buffer.from(text), "alice");

describe("relay", () => {
  it("passes what stock clients send by its bytes", () => {
    const text = '{"type":"OFFER","payload":{"sdp":"ü"},"dst":"bob"}';
    expect(read(text)).toEqual({ do: "pass", to: "bob", type: "OFFER", end: Buffer.byteLength(text) - 1 });
  });

  it("rewrites other shapes so that the true type, source and destination come last", () => {
    const odd = read(' {"dst":"bob","src":"mallory","payload":{"type":"x"},"type":"ANSWER","src":"eve"} ');
    expect(odd).toMatchObject({ do: "rewrite", to: "bob" });
    const received = JSON.parse(odd.do === "rewrite" ? odd.text : "");
    expect(received).toEqual({ dst: "bob", src: "alice", payload: { type: "x" }, type: "ANSWER" });
  });

  it("takes the last of doubled keys, as JSON.parse does, for sender, type and destination alike", () => {
    const doubled = read('{"type":"OFFER","payload":{"a":1},"dst":"bob","dst":"carol"}');
    expect(doubled).toMatchObject({ to: "carol" });
    const spelt = read('{"type":"OFFER","payload":{"a":1},"\\u0064st":"carol","dst":"bob"}');
    expect(spelt).toMatchObject({ to: "bob" });
  });

  it("says nothing to a heartbeat, in any spelling", () => {
    expect(read('{"type":"HEARTBEAT"}')).toEqual({ do: "nothing" });
    expect(read('{ "type": "HEARTBEAT" }')).toEqual({ do: "nothing" });
  });

  it("lets a client leave, and lets it send nobody away", () => {
    expect(read('{"type":"LEAVE"}')).toEqual({ do: "leave" });
    expect(read('{"type":"LEAVE","dst":"bob"}')).toEqual({ do: "ignore" });
    expect(read('{"type":"EXPIRE","dst":"bob"}')).toEqual({ do: "ignore" });
    expect(read('{"type":"EXPIRE"}')).toEqual({ do: "ignore" });
  });

  it.each(["", "null", "7", "[]", '"OFFER"', "{", "{}", '{"type":"OPEN"}', '{"type":"OFFER","dst":"bob"}'])(
    "complains about %s",
    text => {
      expect(read(text)).toMatchObject({ do: "complain", sentence: expect.stringMatching(/\.$/) });
    },
  );

  it("reads a message wholly for whoever needs its payload", () => {
    expect(readRelayed(Buffer.from('{"type":"OFFER","payload":{"a":1},"dst":"x","src":"y"}'))).toEqual({
      type: "OFFER",
      payload: { a: 1 },
      dst: "x",
    });
    expect(readRelayed(Buffer.from('{"type":"OFFER","payload":{,"dst":"x"}'))).toBeUndefined();
  });
});
