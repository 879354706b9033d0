import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createFirstPicture } from "./first-picture.ts";

const [camera, screen, placeholder] = ["motion", "detail", ""].map(
  contentHint => ({ contentHint }) as MediaStreamTrack,
) as [MediaStreamTrack, MediaStreamTrack, MediaStreamTrack];

/** A sender that takes, as browsers do, only what was read last. */
const start = () => {
  const set: (number | undefined)[] = [];
  const failures: unknown[] = [];
  let read = 0;
  const sender = {
    getParameters: () => ({ transactionId: String(++read), encodings: [{}] }),
    async setParameters({ transactionId, encodings: [first] }: Parameters) {
      await Promise.resolve();
      if (transactionId !== String(read)) throw new DOMException("Read before", "InvalidModificationError");
      set.push(first?.scaleResolutionDownTo?.maxWidth);
    },
  };
  const end = new AbortController();
  const picture = createFirstPicture({
    sender: sender as unknown as RTCRtpSender,
    signal: end.signal,
    failed: error => failures.push(error),
  });
  const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
  return { picture, end, set, failures, settle };
};

interface Parameters {
  readonly transactionId: string;
  readonly encodings: readonly { readonly scaleResolutionDownTo?: { readonly maxWidth: number } }[];
}

describe("the first picture", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("of a camera is small until its path was open for a second", async () => {
    const { picture, set, settle } = start();
    picture.sends(camera);
    await settle(5_000);
    picture.connected();
    await settle(900);
    expect(set).toEqual([320]);
    await settle(200);
    expect(set).toEqual([320, undefined]);
  });

  it("waits for one that comes after silence, and small is small only once", async () => {
    const { picture, set, settle } = start();
    picture.sends(placeholder);
    picture.connected();
    await settle(60_000);
    expect(set).toEqual([320]);
    picture.sends(camera);
    await settle(1_100);
    picture.sends(placeholder);
    picture.sends(camera);
    await settle(1_100);
    expect(set).toEqual([320, undefined]);
  });

  it("of a screen is sharp from the start", async () => {
    const { picture, set, failures, settle } = start();
    picture.sends(screen);
    await settle();
    expect(set.at(-1)).toBeUndefined();
    expect(failures).toEqual([]);
  });

  it("is nobody's concern after the end", async () => {
    const { picture, end, set, settle } = start();
    end.abort();
    picture.sends(camera);
    picture.connected();
    await settle(2_000);
    expect(set).toEqual([]);
  });
});
