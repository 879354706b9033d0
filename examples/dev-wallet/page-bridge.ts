import { fromWallet, pagePort, toWallet, wireName } from "./wire.ts";

/** In our own world of the page: carries JSON-RPC to the worker, over a port that is opened at the first question. */
const connect = (): chrome.runtime.Port => {
  const opened = chrome.runtime.connect({ name: pagePort });
  opened.onMessage.addListener(({ data }) => say(data));
  opened.onDisconnect.addListener(() => {
    port = undefined;
    say({ lost: true });
  });
  return opened;
};

let port: chrome.runtime.Port | undefined;

window.addEventListener("message", ({ source, data }: MessageEvent) => {
  if (source !== window || data?.[toWallet] === undefined || chrome.runtime.id === undefined) return;
  port ??= connect();
  port.postMessage({ name: wireName, data: data[toWallet] });
});

function say(news: unknown): void {
  window.postMessage({ [fromWallet]: news }, location.origin);
}
