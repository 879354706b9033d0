// All that a site does to let its users talk: one call to `window.etherlynk`, and its events. The page offers the
// call; Etherlynk asks the user, who places it.

const words = {
  offered: "Etherlynk shows you whom you would call. Place the call there.",
  calling: "Calling…",
  ringing: "It rings on the other side.",
  talking: "You are talking.",
  ended: "The call has ended.",
  dismissed: "No call was placed.",
};

/**
 * A button that offers a call about an order, and a line that says what becomes of it. `context` is asked at the
 * click: an order that was paid meanwhile is called about with its transaction.
 */
export function createTalk({ to, name, context }) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = "Talk about this order";
  const said = document.createElement("p");
  said.className = "soft";
  said.role = "status";

  if (!window.etherlynk) {
    button.disabled = true;
    said.textContent = `To talk with ${name} from here, install Etherlynk and switch it on for this page.`;
    return { button, said, stop: () => undefined };
  }

  let offer;
  const hear = news => {
    if (news.offer === offer) said.textContent = words[news.state];
  };
  window.etherlynk.on("call", hear);
  button.onclick = async () => {
    try {
      ({ offer } = await window.etherlynk.call({ to, context }));
      said.textContent = words.offered;
    } catch (error) {
      // A number as EIP-1193 has them in `code`, Etherlynk's own name for it in `data.code`, and a sentence.
      said.textContent = error.message;
    }
  };
  return { button, said, stop: () => window.etherlynk.removeListener("call", hear) };
}
