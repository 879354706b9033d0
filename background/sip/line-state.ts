import type { ByteText } from "../../protocol/sip/message.ts";

/** A line as people are told of it. */
export type LineState =
  | { readonly name: "off" }
  | { readonly name: "connecting" }
  /** `gruu`: where this very device is reached, as long as it is registered. */
  | { readonly name: "up"; readonly gruu: ByteText }
  /** The connection is lost, and comes back by itself. */
  | { readonly name: "down" }
  /** The node will not have it; nothing more is tried. `said`: the node's own words. */
  | { readonly name: "refused"; readonly status: number; readonly said: string };

/**
 * One sentence for people.
 *
 * @example
 * sentenceOfLine({ name: "down" }) // "No connection; trying again."
 */
export function sentenceOfLine(state: LineState): string {
  switch (state.name) {
    case "off":
      return "Signed out: nobody can call you.";
    case "connecting":
      return "Connecting …";
    case "up":
      return "Ready: you can call and be called.";
    case "down":
      return "No connection; trying again.";
    case "refused":
      return `Your provider does not admit this phone: ${state.said}`;
  }
}
