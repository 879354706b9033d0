/** Two ends of a `chrome.runtime.Port`; what one says, the other hears in a later turn, as JSON would bring it. */
export interface FakePort {
  readonly name: string;
  sender?: { id: string; url: string };
  postMessage(message: unknown): void;
  disconnect(): void;
  readonly onMessage: FakeEvent;
  readonly onDisconnect: FakeEvent;
}

export interface FakeEvent {
  addListener(listener: (message: unknown) => void): void;
  removeListener(listener: (message: unknown) => void): void;
}

export function createFakePorts(name = ""): readonly [FakePort, FakePort] {
  let isOpen = true;
  const ends = [createEnd(), createEnd()] as const;
  const toPort = (own: number): FakePort => {
    const other = ends[1 - own];
    return {
      name,
      onMessage: ends[own]?.message.event ?? createSignal().event,
      onDisconnect: ends[own]?.gone.event ?? createSignal().event,
      postMessage(message) {
        if (!isOpen) throw new Error("Attempting to use a disconnected port object");
        const text = JSON.stringify(message);
        queueMicrotask(() => isOpen && other?.message.fire(JSON.parse(text)));
      },
      disconnect() {
        if (!isOpen) return;
        queueMicrotask(() => {
          isOpen = false;
          other?.gone.fire(undefined);
        });
      },
    };
  };
  return [toPort(0), toPort(1)];
}

function createEnd() {
  return { message: createSignal(), gone: createSignal() };
}

function createSignal() {
  const listeners = new Set<(message: unknown) => void>();
  return {
    event: {
      addListener: (listener: (message: unknown) => void) => void listeners.add(listener),
      removeListener: (listener: (message: unknown) => void) => void listeners.delete(listener),
    },
    fire(message: unknown) {
      for (const listener of [...listeners]) listener(message);
    },
  };
}
