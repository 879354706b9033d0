import { describe, expect, it, vi } from "vitest";
import { createBus } from "../../background/bus/bus.ts";
import { createMemoryWires } from "../../background/bus/memory-wire.ts";
import type { PhoneSnapshot } from "../../background/bus/phone-contract.ts";
import { createTrust } from "../../background/bus/trust.ts";
import { FailedError } from "../../background/store/store-error.ts";
import type { AskId } from "../../protocol/ids.ts";
import { startMirror } from "./mirror.ts";

const id = "fhhnnnpiabocggapphnfkbmnjihkccnc";
const origin = `chrome-extension://${id}`;

function setUp(read: () => Promise<PhoneSnapshot>) {
  const { signal } = new AbortController();
  const wires = createMemoryWires();
  let count = 0;
  const open = (page: string) =>
    createBus({
      wire: wires.open({ id, origin, url: `${origin}/${page}` }),
      trust: createTrust({ id, origin, elapsed: () => 0 }),
      newId: () => `ask-0000${count++}` as AskId,
      failed: () => undefined,
      signal,
    });
  const phone = open("offscreen.html");
  phone.answer("phone.snapshot.read", read, signal);
  const failed = vi.fn<(error: unknown) => void>();
  return { phone, failed, mirror: startMirror(open("popup.html"), failed, signal) };
}

const at = (revision: number) => ({ revision }) as PhoneSnapshot;

describe("a panel's mirror", () => {
  it("shows what was read, and each change after it, but none that comes late", async () => {
    const { phone, mirror } = setUp(async () => at(3));
    expect(mirror.now()).toBeUndefined();
    await vi.waitFor(() => expect(mirror.now()?.revision).toBe(3));
    phone.tell("phone.snapshot.changed", at(4));
    phone.tell("phone.snapshot.changed", at(5));
    phone.tell("phone.snapshot.changed", at(4));
    await vi.waitFor(() => expect(mirror.now()?.revision).toBe(5));
  });

  it("takes of a change what it names, and reads all where one is missing", async () => {
    let read = 0;
    const { phone, mirror } = setUp(async () => {
      read += 1;
      return { revision: 3 * read, missed: read, recents: [] } as unknown as PhoneSnapshot;
    });
    await vi.waitFor(() => expect(mirror.now()?.revision).toBe(3));
    const known = mirror.now()?.recents;
    phone.tell("phone.snapshot.changed", { revision: 4, missed: 7 });
    await vi.waitFor(() => expect(mirror.now()).toMatchObject({ revision: 4, missed: 7 }));
    expect(mirror.now()?.recents).toBe(known);
    expect(read).toBe(1);
    phone.tell("phone.snapshot.changed", { revision: 6, missed: 8 });
    await vi.waitFor(() => expect(mirror.now()).toMatchObject({ revision: 6, missed: 2 }));
    expect(read).toBe(2);
  });

  it("applies what was told while it read", async () => {
    const { promise, resolve } = Promise.withResolvers<PhoneSnapshot>();
    const { phone, mirror } = setUp(() => promise);
    phone.tell("phone.snapshot.changed", { revision: 3, missed: 1 });
    phone.tell("phone.snapshot.changed", { revision: 4, missed: 5 });
    await new Promise(done => setTimeout(done));
    resolve({ revision: 3, missed: 1, recents: [] } as unknown as PhoneSnapshot);
    await vi.waitFor(() => expect(mirror.now()).toMatchObject({ revision: 4, missed: 5, recents: [] }));
  });

  it("has the sentence of a phone that cannot open its database, until another try goes well", async () => {
    let isBroken = true;
    const { failed, mirror } = setUp(async () => {
      if (isBroken) throw new FailedError();
      return at(1);
    });
    const drawn = vi.fn<() => void>();
    mirror.watch(drawn);
    await vi.waitFor(() => expect(mirror.trouble()).toMatchObject({ code: "store.failed" }));
    expect(mirror.trouble()).toMatchObject({ message: new FailedError().message });
    expect(failed).toHaveBeenCalledOnce();
    expect(drawn).toHaveBeenCalled();
    isBroken = false;
    mirror.again();
    expect(mirror.trouble()).toBeUndefined();
    await vi.waitFor(() => expect(mirror.now()?.revision).toBe(1));
  });

  it("reads anew of a phone that was started anew, which counts from the beginning", async () => {
    let revision = 9;
    const { phone, mirror } = setUp(async () => at(revision));
    await vi.waitFor(() => expect(mirror.now()?.revision).toBe(9));
    revision = 1;
    phone.tell("bus.owner.started", { owner: "phone" });
    await vi.waitFor(() => expect(mirror.now()?.revision).toBe(1));
  });
});
