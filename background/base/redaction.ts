/** A value that says what it is about, so that a log line can do without it. */
export interface Labelled {
  readonly label: Label;
  readonly value: string;
}

/** `person`: whoever can be told apart, and by numbers only. `secret`: never, not even whether two are the same. */
type Label = "person" | "page" | "secret";

/** An account, name, number or address: shown as `‹person 3›`, the same number for the same one within a log. */
export function person(value: string): Labelled {
  return { label: "person", value };
}

/** An origin or URL, which tells where somebody has been: shown as `‹page 2›`. */
export function page(value: string): Labelled {
  return { label: "page", value };
}

/** A token, password, key or body: shown as `‹secret›`. */
export function secret(value: string): Labelled {
  return { label: "secret", value };
}

export function isLabelled(value: unknown): value is Labelled {
  return typeof value === "object" && value !== null && "label" in value && "value" in value;
}

/** How many are told apart before numbering begins anew: a log is no list of everybody ever met. */
const mostNumbers = 1_000;

/** Gives labelled values their numbers. One for each log; what it knows is never written. */
export function createRedaction(): (labelled: Labelled) => string {
  const numbers = new Map<string, number>();
  return ({ label, value }) => {
    if (label === "secret") return "‹secret›";
    if (numbers.size >= mostNumbers) numbers.clear();
    const key = `${label} ${value}`;
    const number = numbers.get(key) ?? numbers.size + 1;
    numbers.set(key, number);
    return `‹${label} ${number}›`;
  };
}

// What people and machines are called. A second net under the labels, for texts that came from elsewhere: an
// error of the platform, a phrase of a foreign client. Each class excludes what follows it, so nothing backtracks.
const tells: readonly (readonly [RegExp, string])[] = [
  [/\b(?:https?|wss?|sips?|tel|data|blob|chrome-extension|moz-extension):[^\s"'<>]+/gi, "‹address›"],
  [/0x[0-9a-f]{16,}/gi, "‹hex›"],
  [/[^\s"'<>@:;,()]+@[^\s"'<>@;,()]+/g, "‹address›"],
  [/[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)*\.eth\b/giu, "‹name›"],
  [/\+\d[\d .()-]{5,}\d/g, "‹number›"],
  [/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, "‹host›"],
  [/\b(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{0,4}\b/gi, "‹host›"],
  [/\b[\w-]{40,}\b/g, "‹token›"],
];

const longestText = 300;

/** A text without what looks like somebody's address, name, number or key, and of bounded length. */
export function scrub(text: string): string {
  const cut = text.length > longestText ? `${text.slice(0, longestText)}…` : text;
  return tells.reduce((left, [tell, instead]) => left.replace(tell, instead), cut);
}
