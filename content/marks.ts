import type { CallOffer } from "../protocol/bus/page-contract.ts";
import { findInText } from "./find/find-in-text.ts";
import { readContext } from "./find/read-context.ts";
import { createMark, markName, markStyle } from "./mark.ts";
import type { Sight } from "./sight.ts";
import { toSheet } from "./surface.ts";
import { type Watching, watch } from "./watch.ts";

export interface MarksParts {
  readonly sight: Sight;
  /** After a click that was seen. */
  readonly dial: (wish: CallOffer) => Promise<void>;
  /** After one that may not have been: the user is asked once more, elsewhere. */
  readonly offer: (wish: CallOffer) => Promise<void>;
}

export const marksLimits = {
  /** In one text: beyond are listings. */
  text: 8,
  /** In one frame: beyond nobody reads, and each costs the page some memory. */
  page: 500,
} as const;

const named = "data-etherlynk-to";

/** Puts a mark beside whoever can be called, and takes it away with them. */
export function startMarks(parts: MarksParts, signal: AbortSignal): void {
  const sheet = toSheet(markStyle);
  const byNode = new WeakMap<Node, readonly HTMLElement[]>();
  /** Those in the page, each with the text or element that it stands for. */
  const live = new Map<HTMLElement, Node>();

  const clear = (node: Node) => {
    for (const mark of byNode.get(node) ?? []) {
      mark.remove();
      live.delete(mark);
    }
    byNode.delete(node);
  };
  const put = (node: Node, place: ChildNode, names: readonly string[]) => {
    const marks = names.slice(0, marksLimits.page - live.size).map(to => {
      const mark: HTMLElement = createMark({ to, sheet, call: () => wish(mark, to) });
      parts.sight.watch(mark);
      live.set(mark, node);
      return mark;
    });
    byNode.set(node, marks);
    place.after(...marks);
  };
  const wish = async (mark: HTMLElement, to: string) => {
    const context = readContext(mark);
    const offer = { to, ...(context && { context }) };
    return (await parts.sight.isSeen(mark)) ? parts.dial(offer) : parts.offer(offer);
  };
  const watching: Watching = {
    text(text) {
      clear(text);
      const parent = text.parentElement;
      if (!parent || parent.closest(`[${named}]`)) return;
      const found = [...new Set(findInText(text.data).map(({ to }) => to))].slice(0, marksLimits.text);
      if (found.length > 0) put(text, outside(text, parent), found);
    },
    element(element) {
      const to = element.getAttribute(named);
      if (!to || element.localName === markName) return;
      const place = outside(element, element);
      const [mark] = byNode.get(element) ?? [];
      // Looked at before, and not moved away from its mark since.
      if (mark && place.nextSibling === mark) return;
      clear(element);
      put(element, place, [to]);
    },
    lost() {
      for (const [mark, node] of live) if (!mark.isConnected || !node.isConnected) clear(node);
    },
  };
  watch(document, watching, signal);
  const end = () => {
    for (const mark of live.keys()) mark.remove();
  };
  signal.addEventListener("abort", end, { once: true });
}

/** A button within a link or a button is none: the mark stands behind it. */
function outside(node: ChildNode, element: Element): ChildNode {
  return element.closest("a,button,summary,label") ?? node;
}
