import { giveDoor } from "./handshake.ts";

/** In our own world of the page; shared by all scripts of the extension there, and seen by nobody else. */
const place = Symbol.for("etherlynk.door");

/**
 * What has to be done before any script of the page exists, and no more: the page's first script waits for it. The
 * page's questions lie in the port until `start.ts` is there to read them, which is when the page has been read.
 */
export function openDoor(): void {
  if (document.contentType !== "text/html" || place in globalThis) return;
  Object.assign(globalThis, { [place]: giveDoor(window) });
}

/** Undefined where the page was there before us: its half comes with the next load. */
export function openedDoor(): MessagePort | undefined {
  return (globalThis as { [place]?: MessagePort })[place];
}
