import { describe, expect, expectTypeOf, it, vi } from "vitest";
import type { Ask } from "../../protocol/bus/contract.ts";
import { busLimits, toAsk, toReply, toTell } from "../../protocol/bus/envelope.ts";
import { EtherlynkError } from "../../protocol/errors.ts";
import type { AskId } from "../../protocol/ids.ts";
import { type BusOptions, createBus } from "./bus.ts";
import { createMemoryWires } from "./memory-wire.ts";
import { createRuntimeWire, type MessagingRuntime } from "./runtime-wire.ts";
import { createTrust, tabRate } from "./trust.ts";
import type { Wire, WireSender } from "./wire.ts";

declare module "../../protocol/bus/contract.ts" {
  interface Asks {
    "try.sum.read": Ask<readonly number[], number>;
    "try.page.read": Ask<null, string>;
  }
  interface Tells {
    "try.sum.changed": number;
  }
}

const id = "fhhnnnpiabocggapphnfkbmnjihkccnc";
const origin = `chrome-extension://${id}`;
const page: WireSender = {
  id,
  origin: "https://app.example",
  url: "https://app.example/orders",
  tab: { id: 7 },
  frameId: 0,
  documentId: "D1",
};
const panel: WireSender = { id, origin, url: `${origin}/popup.html` };
const offer = { offer: "o-41c2f09b77" };

class TryError extends EtherlynkError {}

const wires: Record<string, () => (sender: WireSender) => Wire> = {
  "memory wire": () => {
    const { open } = createMemoryWires();
    return open;
  },
  "runtime wire": () => {
    const runtimes = createRuntimes();
    return sender => createRuntimeWire(runtimes(sender));
  },
};

describe.each(Object.entries(wires))("the bus over the %s", (_name, create) => {
  function setUp(more: Partial<BusOptions> = {}) {
    const open = create();
    const stop = new AbortController();
    const failed = vi.fn();
    let count = 0;
    let now = 0;
    const context = (sender: WireSender, rest: Partial<BusOptions> = {}) =>
      createBus({
        wire: open(sender),
        trust: createTrust({ id, origin, elapsed: () => now }),
        newId: () => `ask-0000${count++}` as AskId,
        failed,
        signal: stop.signal,
        ...more,
        ...rest,
      });
    const phone = context({ id, origin, url: `${origin}/offscreen.html` });
    const { signal } = stop;
    return { open, context, phone, stop, signal, failed, pass: (ms: number) => (now += ms) };
  }

  it("asks the owner in another context, and gives what it answered", async () => {
    const { context, phone, signal } = setUp();
    phone.answer("try.sum.read", numbers => numbers.reduce((sum, one) => sum + one, 0), signal);
    const asker = context(panel);
    context({ id, origin, url: `${origin}/call.html` });
    expect(await asker.ask("try.sum.read", [1, 2, 3])).toBe(6);
    expectTypeOf(asker.ask("try.sum.read", [1])).resolves.toEqualTypeOf<number>();
  });

  it("asks the owner in the same context", async () => {
    const { phone, signal } = setUp();
    phone.answer("try.sum.read", async () => 7, signal);
    expect(await phone.ask("try.sum.read", [])).toBe(7);
  });

  it("brings a failure across with its code and sentence, and a bug with nothing of what it knows", async () => {
    const { context, phone, signal, failed } = setUp();
    const asker = context(panel);
    const stop = new AbortController();
    phone.answer(
      "try.sum.read",
      () => {
        throw new TryError("try.sum", "Count again.");
      },
      stop.signal,
    );
    await expect(asker.ask("try.sum.read", [])).rejects.toMatchObject({
      code: "try.sum",
      message: "Count again.",
    });
    expect(failed).not.toHaveBeenCalled();
    stop.abort();
    phone.answer(
      "try.sum.read",
      () => {
        throw new Error("the password is 1234");
      },
      signal,
    );
    await expect(asker.ask("try.sum.read", [])).rejects.toMatchObject({
      code: "bus.bug",
      message: expect.not.stringContaining("1234"),
    });
    expect(failed).toHaveBeenCalledWith("try.sum.read", expect.any(Error));
  });

  it("says so where nobody answers, and where the owner has stopped", async () => {
    const { context, phone } = setUp();
    const asker = context(panel);
    await expect(asker.ask("try.sum.read", [])).rejects.toMatchObject({ code: "bus.nobody" });
    const stop = new AbortController();
    phone.answer("try.sum.read", () => 1, stop.signal);
    stop.abort();
    await expect(asker.ask("try.sum.read", [])).rejects.toMatchObject({ code: "bus.nobody" });
  });

  it("wakes the owner and asks once more", async () => {
    const { context, phone, signal } = setUp();
    const wake = vi.fn(async () => phone.answer("try.sum.read", () => 5, signal));
    const asker = context(panel, { wake });
    expect(await asker.ask("try.sum.read", [])).toBe(5);
    expect(wake).toHaveBeenCalledExactlyOnceWith("try");
  });

  it("tells all who listen, here and elsewhere; one that throws stops none", async () => {
    const { context, phone, signal, failed } = setUp();
    const asker = context(panel);
    const heard: string[] = [];
    const throws = () => {
      throw new Error("a listener's bug");
    };
    asker.listen("try.sum.changed", throws, signal);
    asker.listen("try.sum.changed", sum => heard.push(`panel ${sum}`), signal);
    phone.listen("try.sum.changed", sum => heard.push(`phone ${sum}`), signal);
    phone.tell("try.sum.changed", 3);
    await vi.waitFor(() => expect(heard.sort()).toEqual(["panel 3", "phone 3"]));
    expect(failed).toHaveBeenCalledWith("try.sum.changed", expect.any(Error));
  });

  it("refuses a second owner in one context", () => {
    const { phone, signal } = setUp();
    phone.answer("try.sum.read", () => 1, signal);
    expect(() => phone.answer("try.sum.read", () => 2, signal)).toThrow("two owners");
  });

  it("an answer that cannot travel is a bug, not a silence", async () => {
    const { context, phone, signal } = setUp();
    phone.answer("try.page.read", () => "x".repeat(busLimits.characters + 1), signal);
    await expect(context(panel).ask("try.page.read", null)).rejects.toMatchObject({ code: "bus.bug" });
  });

  it("hears nothing any more once its signal is aborted", async () => {
    const { context, phone, stop, signal } = setUp();
    const other = new AbortController();
    const asker = context(panel, { signal: other.signal });
    phone.answer("try.sum.read", () => 1, signal);
    stop.abort();
    await expect(asker.ask("try.sum.read", [])).rejects.toMatchObject({ code: "bus.nobody" });
  });

  describe("a tab", () => {
    const ask = (name: string, body: unknown) => toAsk("tab-ask-1" as AskId, name as "a.b.c", body as null);

    it("may ask what pages may, and its origin is the browser's word", async () => {
      const { open, phone, signal } = setUp();
      const heard = vi.fn(() => offer as never);
      phone.answer("page.call.offer", heard, signal);
      const reply = await open(page).send(ask("page.call.offer", { to: " alice.eth " }));
      expect(reply).toEqual(toReply("tab-ask-1" as AskId, { ok: true, value: offer }));
      const asker = { kind: "tab", origin: "https://app.example", tab: 7, frame: 0, document: "D1" };
      expect(heard).toHaveBeenCalledExactlyOnceWith({ to: "alice.eth" }, asker);
    });

    it.each<[string, unknown, string]>([
      ["try.sum.read", [1], "page.name"],
      ["page.call.offer", { to: "alice.eth", origin: "https://bank.example" }, "page.fields"],
      ["page.call.offer", { to: "x".repeat(600) }, "page.address"],
      ["page.call.offer", { to: "alice.eth", context: { chainId: 1 } }, "page.context"],
      ["page.call.offer", ["alice.eth"], "page.fields"],
    ])("is refused %s %j", async (name, body, code) => {
      const { open, phone, signal } = setUp();
      const answer = vi.fn(() => 1 as never);
      phone.answer(name as "page.call.offer", answer, signal);
      expect(await open(page).send(ask(name, body))).toMatchObject({ reply: { ok: false, error: { code } } });
      expect(answer).not.toHaveBeenCalled();
    });

    it("tells nobody anything", async () => {
      const { open, phone, signal } = setUp();
      const heard = vi.fn();
      phone.listen("try.sum.changed", heard, signal);
      expect(await open(page).send(toTell("try.sum.changed", 1))).toBeUndefined();
      expect(heard).not.toHaveBeenCalled();
    });

    it("that asks without end is bounded, and may ask again later", async () => {
      const { open, phone, signal, pass } = setUp();
      const answer = vi.fn(() => offer as never);
      phone.answer("page.call.offer", answer, signal);
      const wire = open(page);
      const send = () => wire.send(ask("page.call.offer", { to: "alice.eth" }));
      for (let turn = 0; turn < tabRate.burst; turn++) await send();
      expect(await send()).toMatchObject({ reply: { ok: false, error: { code: "page.rate" } } });
      expect(answer).toHaveBeenCalledTimes(tabRate.burst);
      pass(1_000);
      for (let turn = 0; turn < tabRate.perSecond; turn++) await send();
      expect(answer).toHaveBeenCalledTimes(tabRate.burst + tabRate.perSecond);
      expect(await send()).toMatchObject({ reply: { ok: false } });
    });

    it.each<[string, WireSender]>([
      ["another extension", { ...page, id: "b".repeat(32) }],
      ["another extension's page", { id: "b".repeat(32), origin: `chrome-extension://${"b".repeat(32)}` }],
      ["a sandboxed page", { ...page, origin: "null" }],
      ["a sender of no origin", { ...page, origin: undefined }],
      [
        "a tab that says by its URL to be a panel",
        { ...page, origin: undefined, url: `${origin}/popup.html` },
      ],
      ["a page of no tab", { ...page, tab: undefined }],
      ["a file", { ...page, origin: "file://" }],
      ["nobody", {}],
    ])("%s gets no answer at all", async (_who, sender) => {
      const { open, phone, signal } = setUp();
      const answer = vi.fn(() => 1 as never);
      phone.answer("page.call.offer", answer, signal);
      expect(await open(sender).send(ask("page.call.offer", { to: "alice.eth" }))).toBeUndefined();
      expect(answer).not.toHaveBeenCalled();
    });
  });

  it.each<[string, unknown]>([
    ["another version", { ...toAsk("ask-00001" as AskId, "try.sum.read", []), etherlynk: 99 }],
    ["a body of bytes' form", { ...toAsk("ask-00001" as AskId, "try.sum.read", []), extra: 1 }],
    ["a text", "try.sum.read"],
    ["null", null],
  ])("takes no notice of %s", async (_what, message) => {
    const { open, phone, signal } = setUp();
    const answer = vi.fn(() => 1);
    phone.answer("try.sum.read", answer, signal);
    expect(await open(panel).send(message as never)).toBeUndefined();
    expect(answer).not.toHaveBeenCalled();
  });

  it("a service worker's message names no origin: its URL and the lack of a tab say who it is", async () => {
    const { context, phone, signal } = setUp();
    phone.answer("try.sum.read", () => 4, signal);
    const worker = context({ id, url: `${origin}/background.js` });
    expect(await worker.ask("try.sum.read", [])).toBe(4);
  });
});

describe("what the rate of tabs is kept for", () => {
  it("is bounded", () => {
    const trust = createTrust({ id, origin, elapsed: () => 0 });
    const ask = toAsk("ask-00001" as AskId, "page.call.withdraw", offer);
    const asker = (tab: number) => ({ kind: "tab", origin: "https://a.example", tab, frame: 0 }) as const;
    for (let turn = 0; turn < tabRate.burst; turn++) trust.admit(ask, asker(0));
    expect(() => trust.admit(ask, asker(0))).toThrow("too often");
    for (let tab = 1; tab <= tabRate.tabs; tab++) trust.admit(ask, asker(tab));
    expect(trust.admit(ask, asker(0))).toEqual(offer);
  });
});

it("a runtime that fails otherwise than by nobody's being there is not silence", async () => {
  const stop = new AbortController();
  const broken: MessagingRuntime = {
    sendMessage: () => Promise.reject(new Error("Extension context invalidated.")),
    onMessage: { addListener: () => undefined, removeListener: () => undefined },
  };
  const options = { trust: createTrust({ id, origin, elapsed: () => 0 }), failed: () => undefined };
  const newId = () => "ask-00001" as AskId;
  const bus = createBus({ wire: createRuntimeWire(broken), ...options, newId, signal: stop.signal });
  await expect(bus.ask("try.page.read", null)).rejects.toThrow("invalidated");
});

/** The browser's messages as Chrome brings them: JSON, never to the sender, rejected where nobody listens. */
function createRuntimes() {
  type Listener = Parameters<MessagingRuntime["onMessage"]["addListener"]>[0];
  const all = new Set<{ readonly owner: object; readonly listener: Listener }>();
  return (sender: WireSender): MessagingRuntime => {
    const owner = {};
    return {
      sendMessage(message) {
        const others = [...all].filter(entry => entry.owner !== owner);
        if (others.length === 0)
          return Promise.reject(new Error("Could not establish connection. Receiving end does not exist."));
        return new Promise(resolve => {
          const answer = (reply: unknown) =>
            resolve(reply === undefined ? undefined : JSON.parse(JSON.stringify(reply)));
          const taken = others.map(({ listener }) =>
            listener(JSON.parse(JSON.stringify(message)), sender, answer),
          );
          if (!taken.includes(true)) resolve(undefined);
        });
      },
      onMessage: {
        addListener: listener => void all.add({ owner, listener }),
        removeListener: listener => {
          for (const entry of all) if (entry.listener === listener) all.delete(entry);
        },
      },
    };
  };
}
