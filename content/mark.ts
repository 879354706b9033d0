import { createSurface, drawHandset, type Surface } from "./surface.ts";

export const markName = "etherlynk-mark";

export interface MarkOptions {
  readonly to: string;
  readonly sheet: CSSStyleSheet;
  /** A person's own click. Resolves when the call is on its way; its failure is shown in its words. */
  readonly call: () => Promise<void>;
}

/** The small handset beside an address. */
export function createMark({ to, sheet, call }: MarkOptions): HTMLElement {
  const surface = createSurface(markName, sheet);
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("aria-label", `Call ${shorten(to)}`);
  button.title = `Call ${to}`;
  button.append(drawHandset());
  surface.root.append(button);
  button.addEventListener("click", event => {
    // The mark may stand within something of the page that can be clicked too.
    event.preventDefault();
    event.stopPropagation();
    if (!event.isTrusted || button.disabled) return;
    void place(surface, button, call);
  });
  return surface.host;
}

async function place({ root }: Surface, button: HTMLButtonElement, call: () => Promise<void>): Promise<void> {
  button.disabled = true;
  root.querySelector("output")?.remove();
  try {
    await call();
  } catch (error) {
    const words = document.createElement("output");
    words.textContent = error instanceof Error ? error.message : "The call failed.";
    root.append(words);
  } finally {
    button.disabled = false;
  }
}

/** As long as it takes to be told from another. */
export function shorten(to: string): string {
  return to.length > 30 ? `${to.slice(0, 8)}…${to.slice(-6)}` : to;
}

/** `!important` within a shadow root stands above the page's. */
export const markStyle = `
:host{all:initial!important;display:inline-block!important;position:relative!important;vertical-align:-3px!important;margin:0 2px 0 4px!important}
button{all:unset;box-sizing:border-box;width:18px;height:18px;padding:2px;border-radius:6px;background:#1f564d;cursor:pointer;display:block}
button:hover{background:#2f7468}button:focus-visible{outline:2px solid #d08b1f;outline-offset:2px}button:disabled{opacity:.6;cursor:default}
svg{display:block;width:14px;height:14px;fill:#fff}
output{position:absolute;z-index:2147483647;top:22px;left:0;width:max-content;max-width:260px;padding:6px 9px;border-radius:8px;background:#1d2b29;color:#fff;font:13px/1.4 system-ui,sans-serif;box-shadow:0 4px 14px #0004}`;
