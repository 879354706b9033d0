import { createJournal, type Journal } from "./journal.ts";

export interface Closing {
  readonly code: number;
  readonly reason: string;
  readonly clean: boolean;
}

/** `letters` repeated to so many characters. */
export interface Payload {
  readonly letters: string;
  readonly length: number;
}

/** Chromium's bare WebSocket, played by the test. */
export interface SocketPart extends Journal {
  /** Opens a socket and resolves with its subprotocol. */
  open(name: string, url: string, protocols?: string[]): Promise<string>;
  send(name: string, text: string): void;
  /** Sends an offer to `dst`. */
  sendOffer(name: string, dst: string, payload: Payload): void;
  /** Takes the next offer that arrived; resolves with its sender and whether its payload is this one. */
  takeOffer(name: string, payload: Payload): Promise<{ src: string; right: boolean }>;
  close(name: string, code: number, reason: string): Promise<Closing>;
  /** Resolves when the socket has closed, by whomever. */
  closing(name: string, withinMs?: number): Promise<Closing>;
  isOpen(name: string): boolean;
}

interface Opened {
  readonly socket: WebSocket;
  readonly inbox: string[];
  readonly closing: Promise<Closing>;
  wake(): void;
}

const journal = createJournal();
const sockets = new Map<string, Opened>();

function socketOf(name: string): Opened {
  const opened = sockets.get(name);
  if (!opened) throw new Error(`There is no socket ${name}`);
  return opened;
}

function textOf({ letters, length }: Payload): string {
  return letters.repeat(Math.ceil(length / letters.length)).slice(0, length);
}

async function take(name: string): Promise<string> {
  const opened = socketOf(name);
  const late = AbortSignal.timeout(15_000);
  while (opened.inbox.length === 0) {
    if (late.aborted) throw new Error(`Nothing arrived at ${name}`);
    await new Promise<void>(resolve => {
      opened.wake = resolve;
      late.addEventListener("abort", () => resolve());
    });
  }
  return opened.inbox.shift() ?? "";
}

const part: SocketPart = {
  see: journal.see,
  read: journal.read,
  journal: journal.journal,
  open(name, url, protocols = []) {
    const socket = new WebSocket(url, protocols);
    const closing = new Promise<Closing>(resolve => {
      socket.onclose = ({ code, reason, wasClean }) => {
        journal.write(`${name} closed ${code}`);
        resolve({ code, reason, clean: wasClean });
      };
    });
    const opened: Opened = { socket, inbox: [], closing, wake: () => undefined };
    sockets.set(name, opened);
    socket.onmessage = ({ data }) => {
      const text = String(data);
      if (text === '{"type":"OPEN"}') journal.write(`${name} OPEN`);
      else opened.inbox.push(text);
      opened.wake();
    };
    return new Promise((resolve, reject) => {
      socket.onopen = () => resolve(socket.protocol);
      socket.onerror = () => reject(new Error(`${name} did not open`));
    });
  },
  send: (name, text) => socketOf(name).socket.send(text),
  sendOffer: (name, dst, payload) =>
    socketOf(name).socket.send(JSON.stringify({ type: "OFFER", payload: { text: textOf(payload) }, dst })),
  async takeOffer(name, payload) {
    const message = JSON.parse(await take(name));
    return { src: String(message?.src), right: message?.payload?.text === textOf(payload) };
  },
  close(name, code, reason) {
    const opened = socketOf(name);
    opened.socket.close(code, reason);
    return opened.closing;
  },
  closing: (name, withinMs = 15_000) =>
    Promise.race([
      socketOf(name).closing,
      new Promise<Closing>((_, reject) =>
        setTimeout(() => reject(new Error(`${name} is still open`)), withinMs),
      ),
    ]),
  isOpen: name => socketOf(name).socket.readyState === WebSocket.OPEN,
};
Object.assign(globalThis, { part });
