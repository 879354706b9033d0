import type { Ask } from "../../../protocol/bus/contract.ts";

declare module "../../../protocol/bus/contract.ts" {
  interface Asks {
    /** Keeps somebody, or changes them where an id is given. */
    "contacts.entry.save": Ask<ContactWish, { readonly id: string }>;
    "contacts.entry.remove": Ask<{ readonly id: string }, null>;
    /** Blocks whoever is at an address, contact or not: their calls do not ring. */
    "contacts.entry.block": Ask<{ readonly address: string; readonly blocked: boolean }, null>;
  }
}

export interface ContactWish {
  readonly id?: string;
  readonly title: string;
  readonly address: string;
}
