// A page as anybody would write it with stock PeerJS: it lists who else is here, calls them, and is called.
const nouns = ["fox", "owl", "heron", "otter", "lynx", "hare", "wren", "stoat", "tern", "newt"];
const colours = ["amber", "blue", "coral", "green", "ivory", "plum", "silver", "teal", "umber", "white"];
const pick = words => words[crypto.getRandomValues(new Uint8Array(1))[0] % words.length];
const name = `${pick(colours)}-${pick(nouns)}-${crypto.getRandomValues(new Uint16Array(1))[0] % 1000}`;
const at = id => document.getElementById(id);

const peer = new Peer(name, {
  host: location.hostname,
  port: location.port || (location.protocol === "https:" ? 443 : 80),
  path: "/",
  secure: location.protocol === "https:",
  config: { iceServers: [] },
});
let call; // the one call of this tab, ringing or talking
let media; // its camera and microphone, while there is a call

peer.on("open", () => {
  at("me").replaceChildren(
    "You are ",
    Object.assign(document.createElement("strong"), { textContent: name }),
  );
  look();
  setInterval(look, 1500);
});
peer.on("disconnected", () => {
  at("me").textContent = "The node is gone. Trying again…";
  setTimeout(() => !peer.destroyed && peer.reconnect(), 1000);
});
peer.on("error", error => {
  if (error.type === "peer-unavailable") end("That tab has gone.");
  else if (error.type !== "network") trouble(error.message);
});
peer.on("call", incoming => {
  if (call) return incoming.close();
  follow(incoming, `${incoming.peer} is calling`, "ringing");
});

at("answer").onclick = async () => {
  const stream = await open();
  if (!stream || !call) return;
  call.answer(stream);
  show(`Talking with ${call.peer}`, "talking");
};
at("decline").onclick = () => end("You declined.");
at("hang-up").onclick = () => end("You hung up.");
at("mute").onclick = ({ currentTarget }) => {
  const muted = currentTarget.getAttribute("aria-pressed") !== "true";
  for (const track of media?.getAudioTracks() ?? []) track.enabled = !muted;
  currentTarget.setAttribute("aria-pressed", String(muted));
  currentTarget.textContent = muted ? "Unmute" : "Mute";
};

async function dial(other) {
  const stream = await open();
  if (stream && !call) follow(peer.call(other, stream), `Calling ${other}…`, "calling");
}

function follow(next, words, phase) {
  call = next;
  call.on("stream", stream => {
    at("theirs").srcObject = stream;
    show(`Talking with ${call.peer}`, "talking");
  });
  call.on("close", () => call === next && end("The call has ended."));
  show(words, phase);
}

async function open() {
  try {
    media ??= await navigator.mediaDevices.getUserMedia({ audio: true, video: true });
    at("mine").srcObject = media;
    return media;
  } catch (error) {
    trouble(`No camera or microphone: ${error.message}. Allow them for this page and try again.`);
    return undefined;
  }
}

function end(words) {
  const ended = call;
  call = undefined;
  ended?.close();
  for (const track of media?.getTracks() ?? []) track.stop();
  media = undefined;
  at("theirs").srcObject = at("mine").srcObject = null;
  show(words, "over");
}

function show(words, phase) {
  at("call").hidden = false;
  at("call").dataset.phase = phase;
  at("call").querySelector(".stage").hidden = phase === "ringing" || phase === "over";
  at("state").textContent = words;
  at("answer").hidden = at("decline").hidden = phase !== "ringing";
  at("mute").hidden = phase !== "talking";
  at("hang-up").hidden = phase !== "calling" && phase !== "talking";
  at("trouble").hidden = true;
  look();
}

function look() {
  peer.listAllPeers(ids => {
    const others = ids.filter(id => id !== name).sort();
    at("alone").hidden = others.length > 0;
    const shown = [...at("list").children].map(row => row.dataset.id + row.dataset.busy).join();
    const busy = Boolean(call);
    if (shown === others.map(id => id + busy).join()) return; // leave the focus where it is
    at("list").replaceChildren(...others.map(id => row(id, busy)));
  });
}

function row(id, busy) {
  const item = document.createElement("li");
  Object.assign(item.dataset, { id, busy });
  const button = Object.assign(document.createElement("button"), {
    type: "button",
    textContent: "Call",
    disabled: busy,
  });
  button.setAttribute("aria-label", `Call ${id}`);
  button.onclick = () => dial(id);
  item.append(id, button);
  return item;
}

function trouble(words) {
  at("trouble").textContent = words;
  at("trouble").hidden = false;
}
