const bridge = { id: "a-bridge", js: ["bridge.js"] } as const;
const inpage = { id: "b-inpage", js: ["inpage.js"], world: "MAIN" } as const;

/**
 * The switch of a site is its host permission, and nothing else: our scripts are registered for exactly the
 * hosts that the user has granted. The ids are in the order in which they run: the bridge waits for the page's script.
 */
export async function syncSiteScripts(api: typeof chrome): Promise<void> {
  const { origins = [] } = await api.permissions.getAll();
  const matches = origins.filter(isWeb).sort();
  const ids = [bridge.id, inpage.id];
  const known = await api.scripting.getRegisteredContentScripts({ ids });
  if (matches.length === 0) {
    if (known.length > 0) await api.scripting.unregisterContentScripts({ ids: known.map(({ id }) => id) });
    return;
  }
  const scripts = [bridge, inpage].map(script => toScript(script, matches));
  if (known.length === scripts.length) return await api.scripting.updateContentScripts(scripts);
  if (known.length > 0) await api.scripting.unregisterContentScripts({ ids: known.map(({ id }) => id) });
  await api.scripting.registerContentScripts(scripts);
}

function toScript(
  script: typeof bridge | typeof inpage,
  matches: string[],
): chrome.scripting.RegisteredContentScript {
  return {
    ...script,
    js: [...script.js],
    matches,
    runAt: "document_start",
    allFrames: true,
    persistAcrossSessions: true,
  };
}

/**
 * A site that was just switched on is open already: its people are marked at once. `window.etherlynk` comes with the
 * next load, for it has to be there before the page's own scripts.
 */
export async function enterOpenPages(api: typeof chrome, origins: readonly string[]): Promise<void> {
  const tabs = await api.tabs.query({ url: origins.filter(isWeb) });
  const files = [...bridge.js];
  const entering = tabs.map(async ({ id }) => {
    if (id !== undefined)
      await api.scripting.executeScript({ target: { tabId: id, allFrames: true }, files });
  });
  // A tab that cannot be entered (an error page, one that is just closing) is none of the others' concern.
  await Promise.allSettled(entering);
}

/** Permissions may hold the extension's own scheme, files and the like. */
function isWeb(origin: string): boolean {
  return /^(\*|https?):\/\//.test(origin) || origin === "<all_urls>";
}
