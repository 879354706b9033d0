import { confirmPort, type Question } from "./confirmations.ts";

/** Keeps the worker awake, which is where the question lives. */
const pingMs = 20_000;

const id = new URLSearchParams(location.search).get("id") ?? "";
const port = chrome.runtime.connect({ name: confirmPort + id });
const yes = find<HTMLButtonElement>("yes");
const no = find<HTMLButtonElement>("no");

port.onMessage.addListener(message => {
  if (message?.kind === "question") show(message.question as Question);
  else showOver();
});
port.onDisconnect.addListener(showOver);
setInterval(() => port.postMessage({ kind: "awake" }), pingMs);
yes.addEventListener("click", () => settle(true));
no.addEventListener("click", () => settle(false));
document.addEventListener("keydown", ({ key }) => {
  if (key === "Escape") settle(false);
});

function show({ title, meaning, lines, origin, account, chainId }: Question): void {
  write("title", title);
  const name = document.createElement("strong");
  name.textContent = origin;
  find("who").replaceChildren(name, " asks.");
  write("meaning", meaning);
  write("account", `With ${account}, on chain ${chainId}.`);
  const list = find("lines");
  list.hidden = lines.length === 0;
  list.replaceChildren(
    ...lines.map(({ label, value, depth }) => {
      const row = document.createElement("div");
      row.style.setProperty("--depth", `${depth}`);
      const term = document.createElement("dt");
      const text = document.createElement("dd");
      term.textContent = label;
      text.textContent = value;
      row.append(term, text);
      return row;
    }),
  );
  document.title = `${title} – Dev wallet`;
  yes.disabled = false;
  // Not the button that signs: a key that was meant for another window signs nothing.
  no.focus();
}

function settle(isApproved: boolean): void {
  port.postMessage({ isApproved });
  // The worker closes nothing: the message is on its way before the window goes.
  setTimeout(() => window.close(), 50);
}

function showOver(): void {
  write("title", "This is over");
  write("meaning", "The one who asked has gone, or the wallet was restarted. Nothing was signed.");
  yes.disabled = true;
  no.textContent = "Close";
  no.onclick = () => window.close();
}

function write(place: string, text: string): void {
  find(place).textContent = text;
}

function find<Kind extends HTMLElement = HTMLElement>(place: string): Kind {
  const element = document.getElementById(place);
  if (!element) throw new Error(`The window has no ${place}`);
  return element as Kind;
}
