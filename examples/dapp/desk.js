// The desk: whose orders these are, and the one that is open. Everything shown is made node by node; no text of an
// order is ever read as HTML.
import { askFaucet, chainIdOf, connect, createLedger, findWallets, pay } from "./chain.js";
import { createTalk } from "./talk.js";

const at = id => document.getElementById(id);
const desk = await fetch("desk.json").then(response => response.json());
const ledger = createLedger(desk.chain.rpc, desk.orders);
const wallets = [];
const followMs = 1000;

let wallet; // the connected one
let me; // its account
let openId; // of the order that is looked at
let paying; // the id of the order whose payment is being confirmed or mined
let talk; // about the open order

at("faucet").onclick = () =>
  attempt(async () => {
    await askFaucet(desk.chain.rpc, desk.faucet, me);
    at("given").textContent = `10 ETH went to ${nameOf(me)}.`;
  });
findWallets(async found => {
  wallets.push(found);
  showWallets();
  // Allowed before: no need to ask again.
  const account = await connect(found, false);
  if (account && !me) enter(found, account);
});
showWallets();
follow();

async function follow() {
  try {
    const { height, isNews } = await ledger.read();
    at("chain").textContent = `${desk.chain.name} · block ${height}`;
    if (isNews && me) show();
  } catch (error) {
    at("chain").textContent = `${desk.chain.name} does not answer`;
    console.warn(error);
  }
  setTimeout(follow, followMs);
}

function showWallets() {
  at("welcome").hidden = Boolean(me);
  const buttons = wallets.map(each => {
    const act = () => attempt(async () => enter(each, await connect(each)));
    return button(`Connect ${each.name}`, act, "button go");
  });
  const none = node(
    "p",
    "No wallet has announced itself in this browser (EIP-6963). Install one, and reload.",
  );
  at("wallets").replaceChildren(...(buttons.length > 0 ? buttons : [none]));
}

async function enter(chosen, account) {
  if (!account) return;
  const id = await chainIdOf(chosen);
  if (id !== desk.chain.id)
    return trouble(`Your wallet is on chain ${id}; this desk is on ${desk.chain.id}. Switch it there.`);
  wallet = chosen;
  me = account;
  chosen.provider.on?.("accountsChanged", ([next]) => {
    me = next?.toLowerCase();
    talk?.stop();
    talk = openId = undefined;
    show();
  });
  show();
}

/** Orders in which the connected account is a party, each from its side. */
function myOrders() {
  return desk.orders
    .filter(({ seller, buyer }) => me === seller || me === buyer)
    .map(order => {
      const isSeller = me === order.seller;
      const other = isSeller ? order.buyer : order.seller;
      return { ...order, isSeller, other, name: nameOf(other), payment: ledger.payments.get(order.id) };
    });
}

function show() {
  const orders = me ? myOrders() : [];
  at("desk").hidden = at("faucet").hidden = !me;
  showWallets();
  at("account").replaceChildren(...(me ? [node("span", `${nameOf(me)} · ${shorten(me)}`, "chip me")] : []));
  const open = orders.find(({ id }) => id === openId) ?? orders[0];
  openId = open?.id;
  const focused = document.activeElement;
  at("book").replaceChildren(...orders.map(entry));
  if (open?.id !== talk?.id) {
    talk?.stop();
    talk = open && talkAbout(open);
  }
  if (!open) return at("order").replaceChildren(node("p", "No orders of this account.", "soft"));
  at("order").replaceChildren(heading(open), parties(open), invoice(open), settlement(open));
  keepFocus(focused);
  // Whatever is called from within this order is about it: Etherlynk's marks read these.
  for (const [name, value] of Object.entries(contextOf(open))) {
    if (value !== undefined) at("order").setAttribute(`data-etherlynk-${dashed(name)}`, value);
  }
  if (!open.payment) at("order").removeAttribute("data-etherlynk-transaction");
}

function talkAbout({ id, other, name }) {
  const context = () => contextOf(myOrders().find(order => order.id === id));
  return { id, ...createTalk({ to: checksummed(other), name, context }) };
}

/** What is drawn anew must not take the keyboard from whoever uses it. */
function keepFocus(focused) {
  const { order } = focused?.dataset ?? {};
  if (order)
    at("book")
      .querySelector(`[data-order="${CSS.escape(order)}"]`)
      ?.focus();
  else if (focused?.isConnected) focused.focus();
}

/** What a call is about: the same words for the button's call as for the marks beside addresses. */
function contextOf({ id, goods, wei, payment }) {
  return {
    chainId: desk.chain.id,
    order: id,
    title: `${id}: ${goods}`,
    amount: ether(wei),
    ...(payment && { transaction: payment.hash }),
  };
}

function entry(order) {
  const { id, goods, isSeller, name } = order;
  const open = button("", () => {
    openId = id;
    show();
  });
  open.className = "entry";
  open.dataset.order = id;
  if (id === openId) open.setAttribute("aria-current", "true");
  const words = `${isSeller ? "Sale to" : "Purchase from"} ${name}`;
  open.append(node("strong", goods), node("span", `${id} · ${words}`, "soft"), state(order));
  return node("li", open);
}

function heading({ goods, id, agreed, ...order }) {
  const title = node("div", [node("p", `Order ${id}, agreed on ${day(agreed)}`, "soft"), node("h1", goods)]);
  return node("header", [title, state(order)], "head");
}

function parties({ other, name, isSeller }) {
  const address = node("code", checksummed(other), "address");
  // Whom to call, said outright; a plain address in a text would be found as well.
  address.setAttribute("data-etherlynk-to", checksummed(other));
  const { ens, number } = person(other) ?? {};
  // Each can be called as it stands here: the account, the name, the number.
  const known = ens ? [node("p", [node("span", ens), node("span", number)], "known")] : [];
  const who = node("div", [node("strong", name), ...known, node("p", address)], "grow");
  const role = node("h2", isSeller ? "Your buyer" : "Your seller");
  return node("section", [role, node("div", [who, talk.button], "row"), talk.said], "card");
}

function invoice({ invoice: { number, due, lines }, wei, isSeller }) {
  const rows = lines.map(({ what, quantity, wei: each }) =>
    node("tr", [
      node("td", what),
      node("td", quantity.toLocaleString("en"), "number"),
      node("td", ether(BigInt(each) * BigInt(quantity)), "number"),
    ]),
  );
  const head = node("tr", [
    columnHead("Item"),
    columnHead("Quantity", "number"),
    columnHead("Amount", "number"),
  ]);
  const total = node("tr", [node("td", "Total"), node("td", ""), node("td", ether(wei), "number")]);
  const title = node("h2", `Invoice ${number}`);
  const table = node("table", [node("thead", head), node("tbody", rows), node("tfoot", total)]);
  const words = node("p", `${isSeller ? "Payable to you" : "Payable"} by ${day(due)}`, "soft");
  return node("section", [title, table, words], "card");
}

function settlement(order) {
  const { payment, isSeller, name, id } = order;
  const title = node("h2", "Settlement");
  if (payment) {
    const facts = [
      ["Transaction", node("code", payment.hash, "address")],
      ["Block", payment.block],
      ["Gas used", payment.gas.toLocaleString("en")],
      ["Status", payment.isGood ? "Succeeded" : "Failed"],
      ["At", new Date(payment.at).toLocaleString("en")],
    ].map(([label, value]) => node("div", [node("dt", label), node("dd", value)]));
    return node("section", [title, node("dl", facts)], "card");
  }
  if (isSeller) return node("section", [title, node("p", `Waiting for ${name}'s payment.`, "soft")], "card");
  const isPaying = paying === id;
  const act = button(isPaying ? "Confirm in your wallet…" : `Pay ${ether(order.wei)}`, () => settle(order));
  act.className = "button go";
  act.disabled = paying !== undefined;
  const words = node("p", `Goes to ${name}'s account, with this order's number on it.`, "soft grow");
  return node("section", [title, node("div", [words, act], "row")], "card");
}

async function settle(order) {
  paying = order.id;
  show();
  await attempt(() => pay(wallet, order));
  paying = undefined;
  // The transaction shows when the ledger has read its block.
  show();
}

function state({ payment, isSeller }) {
  if (payment)
    return node("span", payment.isGood ? "Settled" : "Failed", payment.isGood ? "pill good" : "pill");
  return node("span", isSeller ? "Awaiting payment" : "To be paid", "pill wait");
}

async function attempt(act) {
  at("trouble").hidden = true;
  try {
    return await act();
  } catch (error) {
    trouble(error.message);
  }
}

function trouble(words) {
  at("trouble").textContent = words;
  at("trouble").hidden = false;
}

function node(name, content, className = "") {
  const made = document.createElement(name);
  made.append(...[content].flat());
  if (className) made.className = className;
  return made;
}

function columnHead(text, className) {
  const made = node("th", text, className);
  made.scope = "col";
  return made;
}

function button(text, act, className = "button") {
  const made = node("button", text, className);
  made.type = "button";
  made.onclick = act;
  return made;
}

function person(account) {
  return desk.people.find(each => each.account.toLowerCase() === account);
}

function nameOf(account) {
  return person(account)?.name ?? shorten(account);
}

/** As the desk's book writes it: with the capitals that guard against typing errors (EIP-55). */
function checksummed(account) {
  return person(account)?.account ?? account;
}

function shorten(account) {
  return `${account.slice(0, 6)}…${account.slice(-4)}`;
}

function ether(wei) {
  const digits = BigInt(wei).toString().padStart(19, "0");
  return `${digits.slice(0, -18)}${`.${digits.slice(-18)}`.replace(/\.?0+$/, "")} ETH`;
}

function day(date) {
  return new Date(date).toLocaleDateString("en", { day: "numeric", month: "long", year: "numeric" });
}

function dashed(name) {
  return name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
}
