/** Whether people can see what they are clicking on. */
export interface Sight {
  watch(host: Element): void;
  /** True where the browser cannot tell. */
  isSeen(host: Element): boolean;
}

// Not in the DOM's types yet: IntersectionObserver v2.
interface SightOptions extends IntersectionObserverInit {
  readonly trackVisibility: boolean;
  readonly delay: number;
}

/** The least that the standard allows. */
const delay = 100;

/**
 * A page can lay our mark, made invisible, under somebody's finger. Chrome tells whether an element is shown as it
 * is: not covered, not faded, not transformed. What was not seen is not taken for a wish to call.
 */
export function createSight(signal: AbortSignal): Sight {
  const unseen = new WeakSet<Element>();
  const options: SightOptions = { trackVisibility: true, delay };
  const observer = new IntersectionObserver(entries => {
    for (const entry of entries) {
      const isVisible = (entry as { isVisible?: boolean }).isVisible ?? true;
      if (isVisible) unseen.delete(entry.target);
      else unseen.add(entry.target);
    }
  }, options);
  signal.addEventListener("abort", () => observer.disconnect(), { once: true });
  return {
    watch: host => observer.observe(host),
    isSeen: host => !unseen.has(host),
  };
}
