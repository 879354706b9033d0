import { accountCount, openAccount } from "./accounts.ts";
import type { DevWalletOptions } from "./options.ts";
import { createState } from "./state.ts";

declare const __DEV_WALLET__: DevWalletOptions;

const options = __DEV_WALLET__;
const state = createState(chrome.storage, options);
const account = find<HTMLSelectElement>("account");
const chain = find<HTMLSelectElement>("chain");
const locked = find<HTMLInputElement>("locked");

/** A chain that nothing is sent to: it is there to see what a change of the chain does. */
const otherChain = 1;

const indexes = Array.from({ length: accountCount }, (_, index) => index);
const choices = typeof options.account === "string" ? [options.account, ...indexes] : indexes;
account.append(
  ...choices.map((choice, place) => {
    const name = typeof choice === "string" ? "own key" : `anvil ${choice}`;
    return new Option(`${name}: ${openAccount(choice).address}`, `${place}`);
  }),
);
chain.append(
  ...[options.chainId, otherChain].map(
    id => new Option(`${id}${id === otherChain ? " (no node)" : ""}`, `${id}`),
  ),
);

const now = await state.read();
account.value = `${choices.indexOf(now.account)}`;
chain.value = `${now.chainId}`;
locked.checked = now.isLocked;

account.addEventListener("change", () => save({ account: choices[Number(account.value)] ?? 0 }));
chain.addEventListener("change", () => save({ chainId: Number(chain.value) }));
locked.addEventListener("change", () => save({ isLocked: locked.checked }));
find("forget").addEventListener("click", () => save({ approved: [] }));

async function save(part: Parameters<typeof state.change>[0]): Promise<void> {
  await state.change(part);
  find("said").textContent = "Saved.";
}

function find<Kind extends HTMLElement = HTMLElement>(place: string): Kind {
  const element = document.getElementById(place);
  if (!element) throw new Error(`The page has no ${place}`);
  return element as Kind;
}
