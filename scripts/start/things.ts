/** What was opened, and is closed in the opposite order. */
export interface Things {
  defer(close: () => Promise<unknown>): void;
  close(): Promise<void>;
}

/** One that fails to close keeps no other open; its words are told. */
export function createThings(): Things {
  const closes: (() => Promise<unknown>)[] = [];
  return {
    defer(close) {
      closes.push(close);
    },
    async close() {
      for (let close = closes.pop(); close; close = closes.pop()) {
        try {
          await close();
        } catch (error) {
          console.error(error instanceof Error ? error.message : error);
        }
      }
    },
  };
}
