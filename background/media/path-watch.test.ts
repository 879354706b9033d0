import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { disconnectedMs, silentMs, startPathWatch } from "./path-watch.ts";

/** As much of an RTCPeerConnection as a watch sees. */
class Path extends EventTarget {
  connectionState = "new";
  transport = { state: "connected" };
  direction = "sendrecv";
  heard: number[] = [];

  getSenders() {
    return [{ transport: this.transport }];
  }

  getReceivers() {
    return [{ getSynchronizationSources: () => this.heard.map(timestamp => ({ timestamp })) }];
  }

  getTransceivers() {
    return [{ currentDirection: this.direction }];
  }

  become(state: string): void {
    this.connectionState = state;
    this.dispatchEvent(new Event("connectionstatechange"));
  }
}

const watch = () => {
  const path = new Path();
  const told: string[] = [];
  const end = new AbortController();
  const { doubt } = startPathWatch(
    path as unknown as RTCPeerConnection,
    {
      connected: () => told.push("connected"),
      lost: () => told.push("lost"),
      silent: () => told.push("silent"),
      refused: () => told.push("refused"),
    },
    end.signal,
  );
  return { path, told, end, doubt };
};

describe("startPathWatch", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("disconnected->connected before it is long: nothing was lost", () => {
    const { path, told } = watch();
    path.become("disconnected");
    vi.advanceTimersByTime(disconnectedMs - 1);
    path.become("connected");
    vi.advanceTimersByTime(disconnectedMs * 2);
    expect(told).toEqual(["silent", "connected"]);
  });

  it("disconnected for long: lost once, and again after it came back", () => {
    const { path, told } = watch();
    path.become("disconnected");
    vi.advanceTimersByTime(disconnectedMs * 3);
    path.become("connected");
    path.become("disconnected");
    vi.advanceTimersByTime(disconnectedMs);
    expect(told).toEqual(["silent", "lost", "connected", "silent", "lost"]);
  });

  it("failed: lost at once, and not a second time by the clock", () => {
    const { path, told } = watch();
    path.become("disconnected");
    path.become("failed");
    vi.advanceTimersByTime(disconnectedMs * 2);
    expect(told).toEqual(["silent", "lost"]);
  });

  it("failed with DTLS: refused, which no restart mends", () => {
    const { path, told } = watch();
    path.transport.state = "failed";
    path.become("failed");
    expect(told).toEqual(["refused"]);
  });

  it("a closed channel is a doubt, and nothing is told after the end", () => {
    const { told, doubt, end } = watch();
    doubt();
    vi.advanceTimersByTime(disconnectedMs);
    expect(told).toEqual(["lost"]);
    doubt();
    end.abort();
    vi.advanceTimersByTime(disconnectedMs * 2);
    expect(told).toEqual(["lost"]);
  });

  /** Sound, packet by packet, for so long. */
  const sound = (path: Path, ms: number) => {
    for (let at = 0; at < ms; at += 100) {
      path.heard = [(path.heard[0] ?? 0) + 100];
      vi.advanceTimersByTime(100);
    }
  };

  it("sound that breaks off is told of once, and again when it has come back and breaks off again", () => {
    const { path, told, end } = watch();
    sound(path, 5_000);
    vi.advanceTimersByTime(silentMs / 2);
    sound(path, 2_000);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(silentMs + 1_000);
    expect(told).toEqual(["silent"]);
    path.heard = [];
    vi.advanceTimersByTime(60_000);
    expect(told).toEqual(["silent"]);
    path.heard = [100_000];
    sound(path, 1_000);
    vi.advanceTimersByTime(silentMs + 1_000);
    expect(told).toEqual(["silent", "silent"]);
    sound(path, 1_000);
    end.abort();
    vi.advanceTimersByTime(60_000);
    expect(told).toEqual(["silent", "silent"]);
  });

  it("who holds, and who was never heard, is silent by right", () => {
    const { path, told } = watch();
    vi.advanceTimersByTime(60_000);
    sound(path, 2_000);
    path.direction = "inactive";
    vi.advanceTimersByTime(60_000);
    expect(told).toEqual([]);
  });
});
