/** A host whose inside neither scripts nor style sheets of the page reach. */
export interface Surface {
  readonly host: HTMLElement;
  readonly root: ShadowRoot;
}

/**
 * Style comes by adopted sheets alone: a page's policy stops `<style>` within shadow roots in Firefox. Everything
 * is built node by node, so that Trusted Types have nothing to say.
 */
export function createSurface(name: string, sheet: CSSStyleSheet): Surface {
  const host = document.createElement(name);
  const root = host.attachShadow({ mode: "closed" });
  root.adoptedStyleSheets = [sheet];
  return { host, root };
}

export function toSheet(text: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return sheet;
}

export function drawHandset(): SVGSVGElement {
  const namespace = "http://www.w3.org/2000/svg";
  const image = document.createElementNS(namespace, "svg");
  image.setAttribute("viewBox", "0 0 16 16");
  image.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(namespace, "path");
  path.setAttribute("d", handset);
  image.append(path);
  return image;
}

const handset =
  "M4.6 2.2c.5-.2 1 .1 1.2.6l.8 2c.1.4 0 .8-.3 1.1l-.9.8c.8 1.6 1.9 2.7 3.5 3.5l.8-.9c.3-.3.7-.4 1.1-.3l2 .8c.5.2.8.7.6 1.2-.3 1.4-1.4 2.2-2.7 2.2C6 13.2 2.2 9.4 2.2 4.9c0-1.3.9-2.4 2.4-2.7z";
