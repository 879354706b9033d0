/** Whether people can see what they are clicking on. */
export interface Sight {
  watch(host: Element): void;
  /** Waits where the browser has not looked yet; true where it cannot tell. */
  isSeen(host: Element): Promise<boolean>;
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
  const known = new WeakMap<Element, boolean>();
  const asked = new WeakMap<Element, (isSeen: boolean) => void>();
  const options: SightOptions = { trackVisibility: true, delay };
  const observer = new IntersectionObserver(entries => {
    for (const entry of entries) {
      const isSeen = (entry as { isVisible?: boolean }).isVisible ?? true;
      known.set(entry.target, isSeen);
      asked.get(entry.target)?.(isSeen);
    }
  }, options);
  signal.addEventListener("abort", () => observer.disconnect(), { once: true });
  return {
    watch: host => observer.observe(host),
    isSeen: host =>
      new Promise(resolve => {
        const isSeen = known.get(host);
        if (isSeen !== undefined) resolve(isSeen);
        else asked.set(host, resolve);
      }),
  };
}
