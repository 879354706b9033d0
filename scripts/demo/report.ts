import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Page } from "puppeteer";

/** What is shown of one person's screen. */
export interface Shot {
  readonly who: string;
  readonly page: Page;
}

export interface Report {
  /** A step that has come true: told on the command line, and shown with pictures. */
  step(words: string, shots: readonly Shot[], figures?: readonly string[]): Promise<void>;
  /** Of the step that did not. */
  fail(words: string, shots: readonly Shot[]): Promise<void>;
  /** Writes the page, and gives its path. */
  write(): string;
}

interface Step {
  readonly words: string;
  readonly figures: readonly string[];
  readonly pictures: readonly { readonly file: string; readonly who: string }[];
  readonly atMs: number;
  readonly isGood: boolean;
}

/** Pictures and the page about them, in a folder of their own; those of an earlier run go. */
export function createReport(folder: string): Report {
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(folder)) if (/\.(png|html)$/.test(file)) rmSync(join(folder, file));
  const steps: Step[] = [];
  const began = performance.now();

  const add = async (step: Pick<Step, "words" | "figures" | "isGood">, shots: readonly Shot[]) => {
    const atMs = performance.now() - began;
    const number = String(steps.length + 1).padStart(2, "0");
    const pictures: Step["pictures"][number][] = [];
    for (const { who, page } of shots) {
      const file = `${number}-${who.toLowerCase().replace(/[^a-z0-9]+/g, "-")}.png`;
      if (await takePicture(page, join(folder, file))) pictures.push({ file, who });
    }
    steps.push({ ...step, pictures, atMs });
    console.log(`  ${step.isGood ? "✓" : "✗"} ${[step.words, ...step.figures].join(" ")}`);
  };
  return {
    step: (words, shots, figures = []) => add({ words, figures, isGood: true }, shots),
    fail: (words, shots) => add({ words, figures: [], isGood: false }, shots),
    write() {
      const file = join(folder, "report.html");
      writeFileSync(file, toPage(steps));
      return relative(process.cwd(), file);
    },
  };
}

/** A window may have closed by itself meanwhile: its picture is then missing, and nothing else. */
async function takePicture(page: Page, path: string): Promise<boolean> {
  if (page.isClosed()) return false;
  try {
    await page.bringToFront();
    await page.screenshot({ path });
    return true;
  } catch (error) {
    if (page.isClosed()) return false;
    throw error;
  }
}

function toPage(steps: readonly Step[]): string {
  const isGood = steps.every(step => step.isGood);
  const sections = steps.map(
    ({ words, figures, pictures, atMs, isGood: good }, place) => `<section${good ? "" : ' class="bad"'}>
<h2>${place + 1}. ${toHtml(words)}</h2>
<p>${toHtml([`${(atMs / 1000).toFixed(1)} s`, ...figures].join(" · "))}</p>
<div>${pictures.map(({ file, who }) => `<figure><a href="${file}"><img src="${file}" alt="${toHtml(who)}"></a><figcaption>${toHtml(who)}</figcaption></figure>`).join("")}</div>
</section>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Etherlynk: a scripted call</title>
<style>
:root{color-scheme:light dark;--ink:light-dark(#1c2625,#edf1ef);--soft:light-dark(#576361,#a7b4b1);--card:light-dark(#fff,#1b2322);--line:light-dark(#e2dfd6,#2f3a38)}
body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:76rem;padding:2rem 1rem;background:light-dark(#f7f5f0,#131918);color:var(--ink)}
section{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:1rem 1.25rem;margin:1rem 0}
section.bad{border-color:#c2412f}h1{font-size:1.5rem;margin:0}h2{font-size:1.0625rem;margin:0}p{margin:.25rem 0 .75rem;color:var(--soft)}
div{display:flex;flex-wrap:wrap;gap:1rem;align-items:flex-start}figure{margin:0;flex:0 1 auto;min-width:12rem;max-width:34rem}
img{max-width:100%;border:1px solid var(--line);border-radius:8px;display:block}figcaption{color:var(--soft);font-size:.875rem;margin-top:.25rem}
</style>
<h1>A scripted call through the real user interface</h1>
<p>${steps.length} steps; ${isGood ? "all came true" : "the last did not come true"}. Two browsers (Alice's is light, Bob's dark), one node, a local chain; sound and picture are measured where they are played.</p>
${sections.join("\n")}
</html>
`;
}

function toHtml(text: string): string {
  const names: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, letter => names[letter] ?? letter);
}
