/** What a page shows, and goes on to show: late content, routes of a single-page application, open shadow roots. */
export interface Watching {
  /** A text that is new or has changed. */
  readonly text: (text: Text) => void;
  readonly element: (element: Element) => void;
  /** Something has left the page since the last look. */
  readonly lost: () => void;
}

export const watchLimits = {
  /** Roots that wait to be looked through; with more, the whole page is looked through once instead. */
  roots: 2_000,
  /** Nodes between two looks at the time that is left. */
  stride: 20,
  /** At once, however much time is left: whoever types or scrolls in the middle of it notices nothing. */
  sliceMs: 8,
  /** A page that is never idle is looked through all the same, in slices of a few milliseconds. */
  timeoutMs: 1_000,
} as const;

const skipped =
  "script,style,noscript,template,textarea,input,select,option,svg,canvas,iframe,[contenteditable]";

/** Looks in idle time only, and only at what has changed. */
export function watch(root: Document | ShadowRoot, watching: Watching, signal: AbortSignal): void {
  const roots = new Set<Node>();
  const seen = new WeakSet<ShadowRoot>();
  let walk: Iterator<Node> | undefined;
  let isPlanned = false;
  let hasLost = false;

  const plan = () => {
    if (isPlanned || signal.aborted) return;
    isPlanned = true;
    whenIdle(work);
  };
  const add = (node: Node) => {
    if (roots.size >= watchLimits.roots) {
      roots.clear();
      roots.add(root);
    } else roots.add(node);
  };
  const observer = new MutationObserver(records => {
    for (const record of records) {
      if (record.type === "characterData") add(record.target);
      for (const node of record.addedNodes) add(node);
      hasLost ||= record.removedNodes.length > 0;
    }
    plan();
  });
  const observe = (place: Document | ShadowRoot) => {
    observer.observe(place, { childList: true, subtree: true, characterData: true });
    add(place);
  };
  const look = (node: Node) => {
    if (node instanceof Text) return watching.text(node);
    if (!(node instanceof Element)) return;
    watching.element(node);
    const inside = node.shadowRoot;
    if (!inside || seen.has(inside)) return;
    seen.add(inside);
    observe(inside);
  };
  /** What has gone makes room for what came. */
  const sweep = () => {
    if (hasLost && !signal.aborted) watching.lost();
    hasLost = false;
  };
  const work = (deadline: IdleDeadline) => {
    isPlanned = false;
    sweep();
    const until = performance.now() + watchLimits.sliceMs;
    let left = watchLimits.stride;
    while (!signal.aborted) {
      walk ??= nextWalk(roots);
      if (!walk) return;
      const { value, done } = walk.next();
      if (done) walk = undefined;
      else look(value);
      left -= 1;
      if (left > 0) continue;
      // After a time-out nothing is left ever, and it is a slice all the same.
      const isUsedUp = !deadline.didTimeout && deadline.timeRemaining() < 1;
      if (isUsedUp || performance.now() > until) return plan();
      left = watchLimits.stride;
    }
  };
  observe(root);
  signal.addEventListener("abort", () => observer.disconnect(), { once: true });
  plan();
}

function nextWalk(roots: Set<Node>): Iterator<Node> | undefined {
  for (const root of roots) {
    roots.delete(root);
    if (root.isConnected && !isWithinSkipped(root)) return walkThrough(root);
  }
  return undefined;
}

function isWithinSkipped(node: Node): boolean {
  const element = node instanceof Element ? node : node.parentElement;
  return element?.closest(skipped) != null;
}

function* walkThrough(root: Node): Generator<Node> {
  yield root;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, node =>
    node instanceof Element && node.matches(skipped) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
  );
  for (let node = walker.nextNode(); node; node = walker.nextNode()) yield node;
}

function whenIdle(work: (deadline: IdleDeadline) => void): void {
  requestIdleCallback(work, { timeout: watchLimits.timeoutMs });
}
