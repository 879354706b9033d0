import { unhurriedTimeout } from "./unhurried.ts";

/** What happened in this page, in order, and waits for it. Waits are bounded and say what happened instead. */
export interface Journal {
  /** Resolves when the entry has been written so many times; an entry ending in `*` needs only to begin so. */
  see(entry: string, times?: number, withinMs?: number): Promise<void>;
  /** Resolves with the first entry that begins so. */
  read(beginning: string, withinMs?: number): Promise<string>;
  journal(): readonly string[];
}

export interface OpenJournal extends Journal {
  write(entry: string): void;
}

/** Below puppeteer's own limit, so that a wait ends with its own sentence. */
const usualWaitMs = 20_000;

export function createJournal(): OpenJournal {
  const entries: string[] = [];
  const readers = new Set<() => void>();
  const wait = (what: string, done: () => boolean, withinMs: number) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!done()) return;
        readers.delete(look);
        clearTimeout(bound);
        resolve();
      };
      const bound = unhurriedTimeout(() => {
        readers.delete(look);
        reject(new Error(`No "${what}" within ${withinMs} ms; what happened: ${entries.join(" | ")}`));
      }, withinMs);
      readers.add(look);
      look();
    });
  const find = (entry: string) =>
    entry.endsWith("*")
      ? entries.filter(written => written.startsWith(entry.slice(0, -1)))
      : entries.filter(written => written === entry);
  globalThis.addEventListener("error", event => entries.push(`page error: ${event.message}`));
  globalThis.addEventListener("unhandledrejection", event => entries.push(`page error: ${event.reason}`));
  return {
    write(entry) {
      entries.push(entry);
      for (const look of [...readers]) look();
    },
    see: (entry, times = 1, withinMs = usualWaitMs) =>
      wait(times === 1 ? entry : `${times} x ${entry}`, () => find(entry).length >= times, withinMs),
    async read(beginning, withinMs = usualWaitMs) {
      await wait(`${beginning}...`, () => find(`${beginning}*`).length > 0, withinMs);
      return find(`${beginning}*`)[0] ?? "";
    },
    journal: () => entries,
  };
}
