/**
 * All pages of the extension are one process. Where it crashed, its windows and tabs stay behind as the browser's word
 * that they crashed: with the next phone they are loaded anew, and say how things stand.
 */
export async function reviveTabs(api: typeof chrome): Promise<void> {
  const [tabs, living] = await Promise.all([
    api.tabs.query({ status: "complete", discarded: false }),
    api.runtime.getContexts({ contextTypes: ["TAB"] }),
  ]);
  const alive = new Set(living.map(({ tabId }) => tabId));
  const isOurs = ({ url = "" }: chrome.tabs.Tab) => url.startsWith(api.runtime.getURL(""));
  const dead = tabs.filter(isOurs).flatMap(({ id }) => (id === undefined || alive.has(id) ? [] : [id]));
  // One that is just being closed is nobody's concern any more.
  await Promise.allSettled(dead.map(id => api.tabs.reload(id)));
}
