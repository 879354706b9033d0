import type { CallOffer } from "../protocol/bus/page-contract.ts";
import type { Sight } from "./sight.ts";
import { createSurface, drawHandset } from "./surface.ts";

export interface CardOptions {
  readonly wish: CallOffer;
  /** The page's host, as the browser knows it. */
  readonly host: string;
  readonly sheet: CSSStyleSheet;
  readonly sight: Sight;
  readonly call: () => Promise<void>;
  readonly dismiss: () => void;
}

export interface Card {
  remove(): void;
}

/** What the page offers, on a surface of ours: whom one would call is in large, what the page says is quoted. */
export function showCard({ wish, host, sheet, sight, call, dismiss }: CardOptions): Card {
  const surface = createSurface("etherlynk-card", sheet);
  const title = line("h2", wish.to);
  const words = line("output", "");
  const close = () => surface.host.remove();
  const yes = createButton("Call", async () => {
    // The browser says that people cannot see this card as it is: something lies over it.
    if (!(await sight.isSeen(surface.host))) {
      words.textContent = "This page covers the card. Place the call from Etherlynk's button in the toolbar.";
      return;
    }
    yes.disabled = true;
    try {
      await call();
      close();
    } catch (error) {
      words.textContent = error instanceof Error ? error.message : "The call failed.";
      yes.disabled = false;
    }
  });
  yes.prepend(drawHandset());
  const no = createButton("Not now", () => {
    dismiss();
    close();
  });
  const about = wish.context?.title;
  const section = document.createElement("section");
  section.setAttribute("aria-label", `Call offered by ${host}`);
  section.append(line("p", `${host} offers a call to`), title);
  if (about) section.append(line("blockquote", about));
  section.append(row(yes, no), words);
  surface.root.append(section);
  surface.host.setAttribute("popover", "manual");
  document.documentElement.append(surface.host);
  // The top layer: above whatever z-index the page uses.
  surface.host.showPopover();
  sight.watch(surface.host);
  return { remove: close };
}

function line(name: "h2" | "p" | "output" | "blockquote", text: string): HTMLElement {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}

function row(...buttons: HTMLElement[]): HTMLElement {
  const element = document.createElement("div");
  element.append(...buttons);
  return element;
}

function createButton(text: string, click: () => unknown): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.append(text);
  button.addEventListener("click", event => {
    event.stopPropagation();
    if (event.isTrusted) void click();
  });
  return button;
}

// Colours by media query: the oldest browser that is supported knows no light-dark().
export const cardStyle = `
:host{all:initial!important;display:block!important;position:fixed!important;inset:auto 20px 20px auto!important;z-index:2147483647!important;border:0!important;padding:0!important;margin:0!important;background:none!important}
section{--ground:#fdfcf9;--ink:#1c2625;--soft:#55605e;--line:#d3d8d4;--wash:#e9edea;box-sizing:border-box;width:320px;max-width:calc(100vw - 40px);padding:18px;border:1px solid var(--line);border-radius:16px;background:var(--ground);color:var(--ink);font:14px/1.45 system-ui,sans-serif;box-shadow:0 12px 40px #0005}
@media (prefers-color-scheme:dark){section{--ground:#1b2322;--ink:#eef2f0;--soft:#a9b5b2;--line:#3a4644;--wash:#2c3735}}
p{margin:0;color:var(--soft)}h2{margin:2px 0 8px;font-size:18px;overflow-wrap:anywhere}
blockquote{margin:0 0 10px;padding-left:10px;border-left:3px solid var(--line);overflow-wrap:anywhere}
div{display:flex;gap:8px;margin-top:12px}
button{all:unset;box-sizing:border-box;padding:8px 14px;border-radius:10px;cursor:pointer;font-weight:600;background:var(--wash)}
button:first-child{display:flex;gap:6px;align-items:center;background:#1f564d;color:#fff}
button:focus-visible{outline:2px solid #d08b1f;outline-offset:2px}button:disabled{opacity:.6}
svg{width:16px;height:16px;fill:#fff}output{display:block;margin-top:8px}output:empty{display:none}`;
