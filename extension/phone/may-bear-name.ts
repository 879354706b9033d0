import type { Call } from "../../protocol/call/call.ts";

/**
 * Whether a call may be shown under what the user, or the chain, calls its address. Whoever calls and proves nothing
 * only claims the address; whoever is called was dialled at it, by a user who knows whom they mean.
 */
export function mayBearName({ direction, proof }: Pick<Call, "direction" | "proof">): boolean {
  return proof === "proven" || direction === "outgoing";
}
