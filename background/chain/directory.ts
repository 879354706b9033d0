import type { Resolver } from "./resolver.ts";

/** The chain as calls ask it: who is behind an address. */
export type Directory = Pick<Resolver, "resolve">;
