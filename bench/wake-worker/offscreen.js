// The least that rings: a socket, a tone, a word to the worker.
const socket = new WebSocket(`ws://127.0.0.1:${new URLSearchParams(location.search).get("port")}`);
socket.onmessage = async () => {
  const context = new AudioContext();
  const tone = context.createOscillator();
  tone.connect(context.destination);
  const told = chrome.runtime.sendMessage("ring");
  await context.resume();
  tone.start();
  socket.send("tone");
  await told;
  setTimeout(() => context.close(), 200);
};
