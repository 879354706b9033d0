/**
 * How our script in the page's world and the one in ours find each other, before any script of the page exists. A
 * `MessageEvent` carries its port across worlds within the dispatch, so nobody else can see it pass.
 *
 * What comes through the port has the page's authority and no more: if a page ever came by it, it would have gained
 * nothing that `window.etherlynk` does not give it.
 */
export const hello = "etherlynk:hello";
export const gift = "etherlynk:port";

/** From the page: a question. The `id` is the page's own count. */
export interface PageQuestion {
  readonly id: number;
  readonly name: string;
  readonly body: unknown;
}

/** To the page: the answer to a question, or an event. */
export type PageNews =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | {
      readonly id: number;
      readonly ok: false;
      readonly error: { readonly code: string; readonly message: string };
    }
  | { readonly name: string; readonly body: unknown };

/** In our own world: offers the port now, and once more when the page's half says that it is there. */
export function giveDoor(window: Window): MessagePort | undefined {
  const { document } = window;
  // Injected late: the page's scripts are there already, and the page's half will come with the next load.
  if (document.readyState !== "loading" || document.scripts.length > 0) return undefined;
  const { port1, port2 } = new MessageChannel();
  const over = new AbortController();
  const give = () => {
    const event = new MessageEvent(gift, { ports: [port2], cancelable: true });
    // Taking it is said by preventing its default.
    if (!window.dispatchEvent(event)) over.abort();
  };
  give();
  if (over.signal.aborted) return port1;
  window.addEventListener(hello, give, { capture: true, signal: over.signal });
  // From here on it could only be the page that asks.
  document.addEventListener("readystatechange", () => over.abort(), { once: true });
  return port1;
}

/** In the page's world. */
export function takeDoor(window: Window, take: (port: MessagePort) => void): void {
  const receive = (event: Event) => {
    const [port] = event instanceof MessageEvent ? event.ports : [];
    if (!port) return;
    event.stopImmediatePropagation();
    event.preventDefault();
    window.removeEventListener(gift, receive, true);
    take(port);
  };
  window.addEventListener(gift, receive, true);
  window.dispatchEvent(new Event(hello));
}
