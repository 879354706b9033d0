/**
 * A market: 5,000 trades of two people each, drawn by script as single-page applications do, and a feed that goes on:
 * thirty times a second prices change, a trade comes and the oldest goes. `begin()` draws it, `live(ms)` lets it run
 * and tells how the page felt. Rows are laid out each by itself, as such pages do, so the page has time to spare.
 */
export const busyPage = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Market</title><link rel="icon" href="data:,">
<style>#trades>div{contain:strict;height:20px;font:13px monospace}span{margin-right:16px}</style></head><body><h1>Market</h1><div id="trades"></div>
<script>(${market.toString()})()</script></body></html>`;

/** How the page felt to whoever sat before it. */
export interface Felt {
  readonly frames: number;
  /** Frames that came late enough for one to have been left out. */
  readonly dropped: number;
  readonly longestFrameMs: number;
}

declare global {
  var begin: () => void;
  var live: (ms: number) => Promise<Felt>;
}

/** Runs in the page. */
function market(): void {
  let seed = 7;
  const next = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed;
  };
  const account = () => {
    let digits = "";
    while (digits.length < 40) digits += next().toString(16).padStart(8, "0").slice(0, 6);
    return `0x${digits.slice(0, 40)}`;
  };
  const body = document.getElementById("trades") as HTMLElement;
  const draw = () => {
    const row = document.createElement("div");
    for (const text of [account(), account(), `${(next() % 9_000) / 100} ETH`]) {
      const cell = document.createElement("span");
      cell.textContent = text;
      row.append(cell);
    }
    return row;
  };
  const step = () => {
    body.prepend(draw());
    body.lastElementChild?.remove();
    for (let turn = 0; turn < 20; turn++) {
      const price = body.children[next() % 200]?.lastElementChild;
      if (price) price.textContent = `${(next() % 9_000) / 100} ETH`;
    }
  };
  globalThis.begin = () => body.append(...Array.from({ length: 5_000 }, draw));
  globalThis.live = ms =>
    new Promise(resolve => {
      const feed = setInterval(step, 33);
      const gaps: number[] = [];
      const started = performance.now();
      let last = started;
      const frame = (now: number) => {
        gaps.push(now - last);
        last = now;
        if (now - started < ms) return requestAnimationFrame(frame);
        clearInterval(feed);
        const dropped = gaps.filter(gap => gap > 25).length;
        resolve({ frames: gaps.length, dropped, longestFrameMs: Math.max(...gaps) });
      };
      requestAnimationFrame(frame);
    });
}
