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
  const byText = new WeakMap<Node, readonly HTMLElement[]>();
  let count = 0;

  const clear = (node: Node) => {
    for (const mark of byText.get(node) ?? []) {
      mark.remove();
      count -= 1;
    }
    byText.delete(node);
  };
  const put = (node: Node, place: ChildNode, names: readonly string[]) => {
    const marks = names.slice(0, Math.max(0, marksLimits.page - count)).map(to => {
      const mark: HTMLElement = createMark({ to, sheet, call: () => wish(mark, to) });
      parts.sight.watch(mark);
      return mark;
    });
    count += marks.length;
    byText.set(node, marks);
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
      if (!to || byText.has(element) || element.localName === markName) return;
      put(element, outside(element, element), [to]);
    },
    gone: clear,
  };
  watch(document, watching, signal);
  signal.addEventListener("abort", () => clearAll(), { once: true });
}

function clearAll(): void {
  for (const mark of document.querySelectorAll(markName)) mark.remove();
}

/** A button within a link or a button is none: the mark stands behind it. */
function outside(node: ChildNode, element: Element): ChildNode {
  return element.closest("a,button,summary,label") ?? node;
}
