import type { BlockEntry } from "./listing.ts";

/** The texts of the blocks that were opened last, so that the next page of who scrolls is there already. */
export interface BlockCache {
  get(entry: BlockEntry): string | undefined;
  put(entry: BlockEntry, text: string): void;
}

export function createBlockCache(most: number): BlockCache {
  const texts = new Map<number, { readonly version: number; readonly text: string }>();
  return {
    get({ last, version }) {
      const found = texts.get(last);
      return found?.version === version ? found.text : undefined;
    },
    put({ last, version }, text) {
      texts.delete(last);
      texts.set(last, { version, text });
      // A Map keeps the order in which its keys came: the first is the one that was put longest ago.
      const [oldest] = texts.keys();
      if (texts.size > most && oldest !== undefined) texts.delete(oldest);
    },
  };
}
