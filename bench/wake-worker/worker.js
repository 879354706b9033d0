// A worker with nothing in it but what is asked of it here.
chrome.runtime.onMessage.addListener((message, _sender, respond) => {
  if (message === "ring") ring().then(respond);
  if (typeof message === "number") open(message).then(respond);
  return true;
});

async function ring() {
  const notice = { type: "basic", iconUrl: "icon.png", title: "Somebody", message: "calls" };
  const window = chrome.windows.create({ type: "popup", url: "window.html", width: 420, height: 680 });
  await Promise.all([chrome.notifications.create("ring", notice), window]);
  return null;
}

async function open(port) {
  const url = `offscreen.html?port=${port}`;
  const reasons = ["WEB_RTC"];
  await chrome.offscreen.createDocument({ url, reasons, justification: "Rings." });
  return null;
}
